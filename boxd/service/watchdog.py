"""The service manager's watchdog, fed after a proof that the box can do its work.

A box that hangs is ended and started anew. A box that can't do its work for a reason that a start
does not cure says so and is left alone: see docs/adr/0060.
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

# Two proofs may be late or fail before the manager loses its patience.
PROOFS_PER_WATCHDOG = 3
# Somebody else has the ledger locked, or memory is short: it passes, and a start changes nothing.
_PASSES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM})


async def keep_fed(
    notifier: Notifier, longest_s: float, prove: Callable[[], Awaitable[None]]
) -> None:
    """Feed the watchdog as long as `prove` succeeds, for ever; a proof that fails is logged."""
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
    """Whether a ledger that can't be used might be usable in a new process.

    No while another program has it locked, or the disk refuses everybody: full, read-only, failing.
    """
    code = getattr(trouble.__cause__, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code not in _PASSES and _takes_a_file(directory)


def _takes_a_file(directory: Path) -> bool:
    """Whether the disk under `directory` lets this process write something."""
    try:
        with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
            file.write(b"\0" * 4096)
    except OSError:
        return False
    return True
