"""The service manager's watchdog, fed after a proof that the box can do its work.

A box that hangs is killed and restarted. A box that can't work for a reason that a restart does
not cure says so and keeps running: see docs/adr/0060.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from boxd.errors import LedgerUnusable
from boxd.service.notify import ALIVE, Notifier

log = structlog.get_logger("boxd")

# Two proofs may be late or fail before the manager acts.
PROOFS_PER_WATCHDOG = 3
# Another program has locked the ledger, or memory is short: that passes, and a restart would not
# help.
_PASSES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM})


async def keep_fed(
    notifier: Notifier, longest_s: float, prove: Callable[[], Awaitable[None]]
) -> None:
    """Feed the watchdog while `prove` succeeds, for ever; log a proof that fails."""
    failed = ""
    while True:
        try:
            await prove()
        except Exception as error:  # noqa: BLE001 - whatever it is: the manager decides by silence
            if str(error) != failed:
                log.error("watchdog.not_fed", why=str(error))
            failed = str(error)
        else:
            failed = ""
            notifier.tell(ALIVE)
        await asyncio.sleep(longest_s / PROOFS_PER_WATCHDOG)


def would_a_start_help(trouble: LedgerUnusable, directory: Path) -> bool:
    """Whether a new process might be able to use a ledger that this one can't.

    No, if another program has locked it, or if the disk refuses every program: full, read-only,
    failing.
    """
    code = getattr(trouble.__cause__, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code not in _PASSES and _takes_a_file(directory)


def _takes_a_file(directory: Path) -> bool:
    """Whether this process can write to the disk under `directory`."""
    try:
        with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
            file.write(b"\0" * 4096)
    except OSError:
        return False
    return True
