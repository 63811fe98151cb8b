"""The link to the daemon: it says what changed, the gateway says what is wrong. JSON lines.

When the link ends, the daemon has gone: what was known of its pages is not known any more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from boxd.gateway.known import Known
from boxd.unix_sockets import in_few_bytes

_LOOK_AGAIN_S = 0.2
_LONGEST_LINE = 1024 * 1024


class DaemonLink:
    """Keeps the link, and what came over it."""

    def __init__(self, socket: Path, known: Known, on_end: Callable[[], None]) -> None:
        """`on_end` is called when the daemon has gone."""
        self._socket = socket
        self._known = known
        self._on_end = on_end
        self._writer: asyncio.StreamWriter | None = None
        self._trouble = ""
        self.settings: str | None = None  # the daemon's own, which count

    @property
    def is_up(self) -> bool:
        """Whether the daemon is there."""
        return self._writer is not None

    async def keep(self, on_settings: Callable[[str], None]) -> None:
        """Connect, again and again, and take what comes, for ever."""
        while True:
            with suppress(OSError, ValueError, KeyError, TypeError):
                with in_few_bytes(self._socket) as name:
                    reader, writer = await asyncio.open_unix_connection(name, limit=_LONGEST_LINE)
                try:
                    await self._follow(reader, writer, on_settings)
                finally:
                    self._writer = None
                    writer.close()
                    self._known.all_changed(0)
                    self._on_end()
            await asyncio.sleep(_LOOK_AGAIN_S)

    def say_trouble(self, why: str) -> None:
        """What keeps phones away, for people to mend; empty when it is over."""
        self._trouble = why
        self._say({"trouble": why})

    def say_crowd(self, refused: int, ended: int, address: str) -> None:
        """How many connections had to give way."""
        self._say({"refused": refused, "ended": ended, "address": address})

    async def _follow(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_settings: Callable[[str], None],
    ) -> None:
        hello = json.loads(await reader.readline())
        on_settings(str(hello["settings"]))
        self._known.all_changed(int(hello["epoch"]))
        self._writer = writer
        self._say({"trouble": self._trouble})
        while line := await reader.readline():
            told = json.loads(line)
            if "settings" in told:
                on_settings(str(told["settings"]))
            elif told["cards"] is None:
                self._known.all_changed(int(told["epoch"]))
            else:
                self._known.changed(int(told["epoch"]), map(int, told["cards"]))

    def _say(self, told: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(told).encode() + b"\n")
