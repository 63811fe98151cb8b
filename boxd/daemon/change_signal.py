"""What has changed since the last snapshot."""

from __future__ import annotations

import asyncio


class ChangeSignal:
    """Set by all that change something visible, taken by the one that makes the snapshot."""

    def __init__(self) -> None:
        self._noted = asyncio.Event()
        self._in_ledger = True

    def note(self) -> None:
        """A device, a bay or the operator's keys changed."""
        self._noted.set()

    def note_ledger(self) -> None:
        """Something was committed to the ledger."""
        self._in_ledger = True
        self._noted.set()

    async def wait(self) -> None:
        """Return when something has changed since the last `take`."""
        await self._noted.wait()

    def take(self) -> bool:
        """Reset the signal; returns whether the ledger was among the changes."""
        was_in_ledger, self._in_ledger = self._in_ledger, False
        self._noted.clear()
        return was_in_ledger
