"""The listener for the booth's network: kept open, its certificate kept fresh, trouble told.

The network may come after boxd, and a certificate may be renewed or broken at any time: none of
that keeps the box from serving whoever stands before it.
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
        """Open it, again and again until that works; then renew its certificate; for ever."""
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
        port = await self._server.listen_to_phones(settings.host, settings.port, self._certificate)
        self._is_open = True
        log.info("phones.listening", address=settings.public_url, port=port)
        await self._tell("")

    async def _renew(self) -> None:
        if self._certificate is not None and await asyncio.to_thread(self._certificate.renew):
            log.info("phones_certificate.reloaded")
            await self._tell("")

    async def _tell(self, why: str) -> None:
        """Raise the alarm, or clear it, when something new is to be said."""
        if why == self._told:
            return
        try:
            await self._ledger.write(lambda tx: alarms.clear(tx, _ALARM, "phones"))
            if why:
                log.error("phones_certificate.failed", why=why)
                await self._ledger.write(lambda tx: alarms.raise_alarm(tx, _ALARM, "phones", why))
        except LedgerUnusable:
            return  # said by whoever listens to the ledger; told the next time
        self._told = why
