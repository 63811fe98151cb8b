"""The listener for the booth's network: keeps it open, renews its certificate, reports trouble.

The network may come up after boxd, and a certificate may be renewed or broken at any time; the box
serves the attendees in front of it all the same.
"""

from __future__ import annotations

import asyncio

import structlog

from boxd.api.server import WebServer
from boxd.config.phones_schema import Phones
from boxd.errors import ConfigError, LedgerUnusable
from boxd.ledger import alarms
from boxd.ledger.ledger import Ledger
from boxd.web.templates import compile_all
from boxd.web.tls import Certificate

log = structlog.get_logger("boxd")

_LOOK_EVERY_S = 3.0
_ALARM = "phones_listener"


class PhonesListener:
    """Opens the second listener, and looks after it."""

    def __init__(self, settings: Phones, server: WebServer, ledger: Ledger) -> None:
        self._settings = settings
        self._server = server
        self._ledger = ledger
        self._certificate: Certificate | None = None
        self._is_open = False
        self._told: str | None = None

    async def keep(self) -> None:
        """Open it, with retries, for ever; then renew its certificate."""
        while True:
            try:
                await (self._renew() if self._is_open else self._open())
            except ConfigError as error:
                await self._tell(str(error))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _open(self) -> None:
        settings = self._settings
        await asyncio.to_thread(compile_all, "phones")
        if settings.tls_cert_file is not None and settings.tls_key_file is not None:
            self._certificate = await asyncio.to_thread(
                Certificate, settings.tls_cert_file, settings.tls_key_file
            )
        port = await self._server.listen_to_phones(
            settings.host, settings.port, self._certificate, settings.trusted_proxies
        )
        self._is_open = True
        log.info("phones.listening", address=settings.public_url, port=port)
        await self._tell("")

    async def _renew(self) -> None:
        if self._certificate is not None and await asyncio.to_thread(self._certificate.renew):
            log.info("phones_certificate.reloaded")
            await self._tell("")

    async def _tell(self, why: str) -> None:
        """Raise the alarm, or clear it, if its text has changed."""
        if why == self._told:
            return
        try:
            await self._ledger.write(lambda tx: alarms.clear(tx, _ALARM, "phones"))
            if why:
                log.error("phones_certificate.failed", why=why)
                await self._ledger.write(lambda tx: alarms.raise_alarm(tx, _ALARM, "phones", why))
        except LedgerUnusable:
            return  # the ledger's listeners report it; tried again the next time
        self._told = why
