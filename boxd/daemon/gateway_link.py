"""The daemon's end of the link to the phones' gateway: changes go out, trouble comes in.

JSON lines on a Unix socket, beside the one for requests. The gateway forgets all that it knows
when the link ends, so a line is never missed.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from boxd.ledger.card_watch import TouchedCards
from boxd.unix_sockets import bind
from boxd.web.behind_gateway import is_own_process

_SOCKET_MODE = 0o600
# Lines that a gateway does not read; then it is ended, and comes again.
_MOST_UNREAD = 256 * 1024

Report = Mapping[str, Any]


class GatewayLink:
    """Tells every gateway that is there; usually one."""

    def __init__(self, settings: str, on_report: Callable[[Report], None]) -> None:
        """`settings` are those that a gateway has to have."""
        self._settings = settings
        self._on_report = on_report
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.epoch = 1

    @property
    def is_up(self) -> bool:
        """Whether a gateway is there."""
        return bool(self._writers)

    async def listen(self, file: Path) -> None:
        """Accept gateways. Raises OSError."""
        bound = await asyncio.to_thread(bind, file, _SOCKET_MODE)
        self._server = await asyncio.start_unix_server(self._welcome, sock=bound)

    def cards_changed(self, cards: TouchedCards) -> None:
        """These attendees' pages, or all, are other ones from now on."""
        self.epoch += 1
        self._send({"epoch": self.epoch, "cards": None if cards is None else sorted(cards)})

    def use(self, settings: str) -> None:
        """Have every gateway take these settings; one that can't while it runs begins again."""
        self._settings = settings
        self._send({"settings": settings})

    def close(self) -> None:
        """End every link."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        if not is_own_process(connection):
            writer.close()
            return
        self._writers.add(writer)
        writer.write(_line({"settings": self._settings, "epoch": self.epoch}))
        with suppress(OSError, ValueError):
            while line := await reader.readline():
                self._on_report(json.loads(line))
        self._writers.discard(writer)
        writer.close()

    def _send(self, told: Mapping[str, Any]) -> None:
        for writer in self._writers:
            if writer.transport.get_write_buffer_size() > _MOST_UNREAD:
                writer.transport.abort()
            else:
                writer.write(_line(told))


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told).encode() + b"\n"
