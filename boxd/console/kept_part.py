"""A part of a page that is the same for many consoles: made once for all that ask at one moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable

from markupsafe import Markup

_KEPT_S = 2.0  # the times on it move on


class KeptPart:
    """The newest renderings, by what they show.

    After each change of the box all open consoles ask within milliseconds of each other.
    """

    def __init__(self) -> None:
        self._making = asyncio.Lock()
        self._kept: dict[Hashable, tuple[float, Markup]] = {}

    async def get(self, shows: Hashable, make: Callable[[], Awaitable[Markup]]) -> Markup:
        """The part that shows this; `make` renders it unless it was rendered just now."""
        async with self._making:
            now = time.monotonic()
            self._kept = {key: each for key, each in self._kept.items() if now < each[0] + _KEPT_S}
            if shows not in self._kept:
                self._kept[shows] = now, await make()
            return self._kept[shows][1]
