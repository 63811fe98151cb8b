"""The daemon's reports to its service manager: ready, its state, and that it works."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from boxd.bays.bay import Bay
from boxd.errors import LedgerUnusable
from boxd.ledger import lockers
from boxd.ledger.ledger import Ledger
from boxd.service.notify import Notifier, status
from boxd.service.status_line import status_line
from boxd.service.watchdog import would_a_start_help
from boxd.web.snapshot import SnapshotSource

# Look at the snapshot again after this time, even without a change.
_LOOK_AGAIN_S = 3600.0


async def report_status(notifier: Notifier, snapshots: SnapshotSource) -> None:
    """Keep the manager's status line equal to the HUD; for ever."""
    told = ""
    while True:
        shown = snapshots.snapshot()
        line = status_line(shown)
        if line != told:
            notifier.tell(status(line))
            told = line
        await snapshots.wait_for_change(shown["version"], _LOOK_AGAIN_S)


class Proof:
    """Proves that the ledger can be written and read and each bay answers, on this event loop."""

    def __init__(self, ledger: Ledger, bays: Mapping[str, Bay]) -> None:
        self._ledger = ledger
        self._bays = bays
        self._commits_seen = 0

    async def __call__(self) -> None:
        """Run the proof; raises what is wrong.

        A commit since the last proof counts as well, which spares the card.
        """
        try:
            if self._ledger.commits == self._commits_seen:
                await self._ledger.prove_writable()
            self._commits_seen = self._ledger.commits
            await self._ledger.read(lockers.listing)
        except LedgerUnusable as trouble:
            if await asyncio.to_thread(would_a_start_help, trouble, self._ledger.file.parent):
                raise
        for bay in self._bays.values():
            bay.view()
