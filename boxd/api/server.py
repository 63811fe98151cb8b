"""The listeners: TCP on loopback for pages, a Unix socket for commands, TCP for the phones.

The daemon handles the signals and the order of the stop; the servers only listen and end.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from boxd.api.app import MOST_PHONES, Application
from boxd.errors import ConfigError
from boxd.web.bounded_listener import BoundedListener
from boxd.web.tls import Certificate

SOCKET_MODE = 0o660  # members of the box's group may use the commands
LONGEST_SOCKET_PATH = 107  # of a sockaddr_un on Linux, without the final zero
LAST_REQUESTS_S = 2  # a request that takes longer than this is cut at the stop


class _Uvicorn(uvicorn.Server):
    """A server that does not touch the process's signals, and reports when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class WebServer:
    """The listeners, from `start` to `stop`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._running: list[tuple[_Uvicorn, asyncio.Task[None]]] = []
        self._socket_path: Path | None = None
        self.port = 0

    async def start(self, host: str, port: int, socket_path: Path | None) -> None:
        """Listen; returns when both listeners accept connections.

        Raises ConfigError if an address is not available.
        """
        with ExitStack() as bound:
            tcp = bound.enter_context(_bind_tcp("web", host, port))
            unix = bound.enter_context(_bind_unix(socket_path)) if socket_path else None
            bound.pop_all()
        self.port = tcp.getsockname()[1]
        await self._listen(_Uvicorn(_settings(self._application.for_tcp())), tcp)
        if unix is not None:
            self._socket_path = socket_path
            await self._listen(_Uvicorn(_settings(self._application.for_socket())), unix)

    async def listen_to_phones(
        self,
        host: str,
        port: int,
        certificate: Certificate | None,
        trusted_proxies: Sequence[str] = (),
    ) -> int:
        """Open the listener for the booth's network, with TLS if there is a certificate.

                A phone behind a trusted proxy is who the proxy's X-Forwarded-For says.
        Returns its port. Raises ConfigError if the address is not available.
        """
        bound = BoundedListener.of(_bind_tcp("phones", host, port), MOST_PHONES)
        found: int = bound.getsockname()[1]
        server = _Uvicorn(
            _settings(
                self._application.for_phones(),
                ssl_context_factory=(lambda *_: certificate.context) if certificate else None,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
            )
        )
        self._application.phone_connections = server.server_state.connections
        await self._listen(server, bound)
        return found

    async def stop(self) -> None:
        """End the event streams, let running requests finish, close the listeners."""
        self._application.streams.close()
        self._application.phone_streams.close()
        for server, _ in self._running:
            server.should_exit = True
        for _, task in self._running:
            await task
        self._running.clear()
        if self._socket_path is not None:
            self._socket_path.unlink(missing_ok=True)

    async def _listen(self, server: _Uvicorn, bound: socket.socket) -> None:
        task = asyncio.create_task(server.serve([bound]), name=f"web {bound.getsockname()}")
        self._running.append((server, task))
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if task.done():
            task.result()


def _settings(app: ASGIApp, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
        **{"proxy_headers": False} | more,
    )


def _bind_tcp(section: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio turns off Nagle's algorithm: with it replies are 40 ms late.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"{section}: {host}:{port} can't be listened on ({error.strerror}); stop the program "
            f"that has it (ss -ltnp shows which), or set another {section}.port"
        ) from error
    return bound


def _bind_unix(path: Path) -> socket.socket:
    """Bind under another name and rename: the socket never has wider permissions."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    if len(os.fsencode(beside)) > LONGEST_SOCKET_PATH:
        raise ConfigError(
            f"web.socket: {path} is too long for a Unix socket ({LONGEST_SOCKET_PATH} bytes at "
            "most); set web.socket to a shorter path"
        )
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        beside.unlink(missing_ok=True)
        bound.bind(str(beside))
        beside.chmod(SOCKET_MODE)
        beside.replace(path)
    except OSError as error:
        bound.close()
        beside.unlink(missing_ok=True)
        raise ConfigError(
            f"web.socket: {path} can't be made ({error.strerror}); make its directory and let "
            "boxd's user write there"
        ) from error
    return bound
