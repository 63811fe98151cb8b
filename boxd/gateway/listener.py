"""The listener for the booth's network: opened with retries, its certificate renewed.

The network may come up after boxd, and a certificate may be renewed or broken at any time; the box
serves the attendees in front of it all the same.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from urllib.parse import urlsplit

from boxd.errors import ConfigError
from boxd.gateway.certificate import Certificate
from boxd.gateway.client import Arrival, Client
from boxd.gateway.client_socket import ClientSocket
from boxd.gateway.crowd import Crowd
from boxd.gateway.daemon_connections import DaemonConnections
from boxd.gateway.daemon_link import DaemonLink
from boxd.gateway.handing_over import HandingOver
from boxd.gateway.known import Known
from boxd.gateway.log import log
from boxd.gateway.request import Headers
from boxd.gateway.settings import GatewaySettings
from boxd.rates import client_of
from boxd.words import N_

_BACKLOG = 512
_ACCEPTED_AT_ONCE = 64
_LOOK_EVERY_S = 2.0
_SAY_EVERY_S = 60.0
_STRICT_S = 7 * 24 * 3600  # an event's length: the name may serve something else afterwards
_IN_USE = N_(
    "phones: {address} can't be listened on ({why}); stop the program that has it (ss -ltnp shows"
    " which), or set another phones.port"
)


class Gateway:
    """The listener, the clients on it, and what they share."""

    def __init__(self, settings: GatewaySettings, most: int) -> None:
        """`most` connections are held at once."""
        self._settings = settings
        self._crowd = Crowd(most, frozenset(settings.trusted_proxies))
        known = Known()
        daemon = DaemonConnections(settings.requests_socket)
        self.link = DaemonLink(settings.link_socket, known, daemon.close)
        self._handing_over = HandingOver(settings, known, daemon, lambda: self.link.is_up)
        self._certificate: Certificate | None = None
        self._more: Headers = []
        self._listening: socket.socket | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._trouble: str | None = None

    def take(self, settings: GatewaySettings) -> bool:
        """Use other settings, if they differ by their words alone; returns whether they do.

        The box has another name then: nobody's connection ends for that.
        """
        if replace(settings, words=self._settings.words) != self._settings:
            return False
        self._settings = settings
        self._handing_over.use_words(settings)
        return True

    async def keep_listening(self) -> None:
        """Open the listener, with retries; then renew its certificate, for ever."""
        while True:
            try:
                await (self._renew() if self._listening else self._open())
                self._tell("")
            except ConfigError as error:
                self._tell(str(error))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def keep_saying(self) -> None:
        """Log and report, once a minute at most, who had to give way."""
        while True:
            count = self._crowd.take_count()
            if not (count.refused or count.ended):
                await asyncio.sleep(1)
                continue
            log.warning(
                "phones.connections_ended",
                refused=count.refused,
                ended=count.ended,
                address=count.address,
                held=self._crowd.total,
            )
            self.link.say_crowd(count.refused, count.ended, count.address)
            await asyncio.sleep(_SAY_EVERY_S)

    def close(self) -> None:
        """Close the listener, and end every client."""
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
        for client in self._clients:
            client.cancel()

    async def _open(self) -> None:
        settings = self._settings
        if settings.cert_file is not None and settings.key_file is not None:
            self._certificate = await asyncio.to_thread(
                Certificate, settings.cert_file, settings.key_file
            )
            self._more = await asyncio.to_thread(
                _strict_transport, self._certificate, settings.address
            )
        self._listening = _bound(settings.host, settings.port)
        asyncio.get_running_loop().add_reader(self._listening, self._accept)
        port = self._listening.getsockname()[1]
        log.info("phones.listening", address=settings.address, port=port)

    async def _renew(self) -> None:
        if self._certificate is not None and await asyncio.to_thread(self._certificate.renew):
            self._more = await asyncio.to_thread(
                _strict_transport, self._certificate, self._settings.address
            )
            log.info("phones_certificate.reloaded")

    def _tell(self, why: str) -> None:
        if why == self._trouble:
            return
        self._trouble = why
        if why:
            log.error("phones_listener.failed", why=why)
        self.link.say_trouble(why)

    def _accept(self) -> None:
        assert self._listening is not None  # noqa: S101 - it is what has become readable
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                accepted, address = self._listening.accept()
            except OSError:  # nobody else, or gone already
                return
            peer = client_of(str(address[0]))
            if not self._crowd.is_welcome(peer):
                accepted.close()
                continue
            self._receive(accepted, peer)

    def _receive(self, accepted: socket.socket, peer: str) -> None:
        context = self._certificate.context if self._certificate is not None else None
        try:
            client = ClientSocket(accepted, context)
        except OSError:
            accepted.close()
            return
        served = Client(Arrival(client, peer), self._crowd, self._handing_over, self._more)
        task = asyncio.get_running_loop().create_task(served.serve())
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)


def _strict_transport(certificate: Certificate, address: str) -> Headers:
    """HSTS, once phones trust the certificate for what the cards say.

    With any other it would lock them out, because a browser lets nobody pass its warning then.
    """
    host = urlsplit(address).hostname or ""
    if not address.startswith("https://") or not certificate.is_trusted_for(host):
        return []
    return [(b"strict-transport-security", f"max-age={_STRICT_S}".encode())]


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        address = f"{host}:{port}"
        raise ConfigError(_IN_USE.format(address=address, why=error.strerror)) from error
    listening.setblocking(False)
    return listening
