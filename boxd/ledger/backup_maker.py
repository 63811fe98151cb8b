"""Makes the daemon's backups: off the event loop, and one at a time for all callers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from boxd.ledger import backup
from boxd.ledger.backup import Backup, BackupRules
from boxd.ledger.yielding import Yielding
from boxd.machine_clock import utc_now


class BackupMaker:
    """Backs up one ledger by its rules. `yielding.end()` ends the backup that is running."""

    def __init__(
        self, ledger: Path, rules: BackupRules, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._now = now
        self._turn = asyncio.Lock()
        self.yielding = Yielding()
        self._asked_for: asyncio.Task[Backup] | None = None

    async def make_within(self, seconds: float) -> Backup | None:
        """The same for a request: None when it takes longer; asked again, it is the same backup."""
        # One that has ended since is of then: what was committed afterwards is not in it.
        if self._asked_for is None or self._asked_for.done():
            self._asked_for = asyncio.create_task(self.make())
        making = self._asked_for
        done, _ = await asyncio.wait({making}, timeout=seconds)
        return making.result() if done else None

    async def make(self) -> Backup:
        """Make a backup, or return the newest if nothing has changed. Raises BackupFailed."""
        async with self._turn:
            return await asyncio.to_thread(
                backup.make, self._ledger, self._rules, self._now, self.yielding
            )
