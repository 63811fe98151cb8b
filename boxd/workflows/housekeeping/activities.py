"""The activities of housekeeping. Each may be repeated at any time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.bays.self_test import SelfTestResult, Tested, failures
from boxd.errors import LedgerDamaged
from boxd.ledger import alarms, audit, expiry, row_sums
from boxd.ledger.audit import VerifiedChain
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.database import open_for_reading
from boxd.ledger.ledger import Ledger
from boxd.ledger.sqlite_faults import TROUBLE
from boxd.ledger.yielding import Yielding
from boxd.words import N_
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.housekeeping import messages
from boxd.workflows.housekeeping.messages import Conclusion, Expired
from boxd.workflows.housekeeping.signatures import HousekeepingSignatures

log = structlog.get_logger(__name__)

ALARM = "housekeeping"
# A claim that comes meanwhile waits for one such transaction.
_AT_ONCE = 25
# After a start, issues continue by themselves; one that still holds a unit then is stuck.
_ISSUES_GO_ON_S = 600.0


class HousekeepingActivities(HousekeepingSignatures):
    """Runs on the event loop; long reading runs in a thread, with a connection of its own."""

    def __init__(
        self,
        ledger: Ledger,
        ledger_file: Path,
        backups: BackupMaker,
        self_test: Callable[[], Awaitable[Sequence[Tested]]],
    ) -> None:
        self._ledger = ledger
        self._ledger_file = ledger_file
        self._backups = backups
        self._self_test = self_test
        self._began_s = time.monotonic()

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (
            self.expire,
            self.back_up,
            self.test_devices,
            self.verify_audit,
            self.conclude_housekeeping,
        )

    @activity.defn
    async def expire(self) -> Expired:
        """End some of what has expired."""
        with as_activity_errors():
            codes = await self._ledger.write(lambda tx: expiry.expire_codes(tx, _AT_ONCE))
            holds = 0
            if time.monotonic() - self._began_s >= _ISSUES_GO_ON_S:
                holds = await self._ledger.write(lambda tx: expiry.release_holds(tx, _AT_ONCE))
        return Expired(codes, holds, is_all=max(codes, holds) < _AT_ONCE)

    @activity.defn
    async def back_up(self) -> str:
        """Make a backup of the ledger."""
        with as_activity_errors():
            made = await self._backups.make()
        if not made.is_new:
            return f"nothing has changed since {made.file.name}"
        return f"{made.file.name}, {made.contents.entries} entries"

    @activity.defn
    async def test_devices(self) -> str:
        """Test the devices without moving a latch."""
        tested = await self._self_test()
        if found := failures(tested):
            raise ApplicationError(
                f"{found}. See `boxd devices list`, then try `boxd devices test`",
                type=messages.FAILED,
                category=ApplicationErrorCategory.BENIGN,  # a finding, not a mistake of boxd
            )
        passed = sum(row.result is SelfTestResult.PASSED for row in tested)
        return f"{passed} passed, {len(tested) - passed} can't be tested without a person"

    @activity.defn
    async def verify_audit(self) -> str:
        """Verify the audit trail from its beginning, and that every row is as it was written."""
        with as_activity_errors():
            yielding = self._backups.yielding
            chain, changed = await asyncio.to_thread(_verified, self._ledger_file, yielding)
            if not chain.holds:
                raise LedgerDamaged(
                    f"the audit trail does not hold: {chain.fault}; the {chain.rows} entries before"
                    " it do. Keep a copy of the ledger and compare it with a backup:"
                    " boxd backup list --verify"
                )
            if changed:
                raise LedgerDamaged(
                    f"the ledger is damaged ({'; '.join(changed[:3])}): the disk changed what boxd"
                    " wrote. Keep a copy, look at the card (dmesg), restore a backup:"
                    " boxd backup list --verify"
                )
        return f"{chain.rows} entries, each following from the one before"

    @activity.defn
    async def conclude_housekeeping(self, conclusion: Conclusion) -> None:
        """Raise the alarm of a failed part, with the newest reason; or clear it."""
        part, why = conclusion.part, conclusion.why
        with as_activity_errors():
            standing = await self._ledger.read(alarms.active)
            texts = [a["text"] for a in standing if (a["kind"], a["subject"]) == (ALARM, part)]
            text = N_("The {part} failed: {why}").format(part=part, why=why) if why else ""
            if texts and texts != [text]:
                await self._ledger.write(lambda tx: alarms.clear(tx, ALARM, part))
            if text and texts != [text]:
                await self._ledger.write(lambda tx: alarms.raise_alarm(tx, ALARM, part, text))
        if why:
            log.warning("housekeeping.failed", part=part.value, why=why)
        else:
            log.info("housekeeping.done", part=part.value)


def _verified(ledger_file: Path, yielding: Yielding) -> tuple[VerifiedChain, list[str]]:
    try:
        with closing(open_for_reading(ledger_file)) as connection:
            chain = audit.verify(connection, yielding)
            connection.execute("BEGIN")  # the rows and their sums are of one moment
            return chain, row_sums.faults(connection, yielding) or _index_faults(connection)
    except TROUBLE as error:
        raise LedgerDamaged(
            f"the ledger can't be read from end to end ({error}): boxd backup list --verify"
        ) from error


def _index_faults(connection: Connection) -> list[str]:
    """What is wrong with pages and indexes, which the sums over the rows leave out."""
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    return [] if found == ["ok"] else found
