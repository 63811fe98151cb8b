"""Where a cut fell: told by what is on the card afterwards, and by what was seen until then."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from booth.power.record import LATCH_ROSE
from booth.power.steps import Kind
from checker.ledger import Issue, Ledger, Redemption, read_ledger


@dataclass(frozen=True)
class Kept:
    """What a card still holds of boxd's state."""

    temporal: str
    schema: int
    keys: int
    backups: int
    trace_bytes: int
    ledger: Ledger


def look_at(state: Path) -> Kept:
    """Look at the state directory of a box that is off; nothing in it is touched."""
    trace, keys, backups = (state / name for name in ("hardware-trace.jsonl", "keys", "backups"))
    schema, ledger = _ledger(state)
    return Kept(
        temporal=_temporal(state / "temporal"),
        schema=schema,
        keys=len(list(keys.glob("*.key"))),
        backups=len([each for each in backups.glob("*") if each.is_file()]),
        trace_bytes=trace.stat().st_size if trace.exists() else 0,
        ledger=ledger,
    )


def _temporal(folder: Path) -> str:
    if (folder / "temporal.db").exists():
        return "there"
    return "under way" if folder.exists() and any(folder.iterdir()) else "none"


@contextmanager
def copied_ledger(state: Path) -> Iterator[Path]:
    """A copy of the ledger, also of a box that runs.

    A box's system lies over its card, and its locks are not seen down here: whoever opened the
    ledger itself would begin its log's index anew under boxd's hands, which ends boxd (SIGBUS).
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ledger.db", "ledger.db-wal"):  # the log last: it says what follows the file
            with suppress(FileNotFoundError):
                shutil.copy(state / name, folder)
        yield Path(folder, "ledger.db")


def _ledger(state: Path) -> tuple[int, Ledger]:
    """The schema's number and the rows, from a copy: reading a log leaves traces beside it."""
    if not (state / "ledger.db").exists():
        return 0, Ledger()
    with copied_ledger(state) as copy:
        with closing(sqlite3.connect(copy)) as connection:
            try:
                schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            except sqlite3.DatabaseError:
                return 0, Ledger()
        return schema, read_ledger(copy) if schema else Ledger()


@dataclass(frozen=True)
class Before:
    """What the ledger knew when the round began."""

    redemptions: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()


def before(ledger: Ledger) -> Before:
    """Remember what is in the ledger now."""
    return Before(
        frozenset(each.id for each in ledger.redemptions),
        frozenset(each.id for each in ledger.tasks),
    )


def where_it_fell(
    kind: Kind, phase: str, moments: Collection[str], kept: Kept, known: Before
) -> str:
    """In words for the table; `phase` is how far the boot had come, `moments` this round's."""
    if "ready" not in moments:
        return phase if kind is Kind.START else _in_first_start(phase, kept)
    if kind in (Kind.START, Kind.FIRST_START):
        return "ready, nothing asked yet"
    last = [moment for moment in moments if moment != LATCH_ROSE][-1]
    if kind is Kind.REDEMPTION:
        return _in_redemption(last, LATCH_ROSE in moments, kept.ledger, known)
    if kind is Kind.TASK:
        return _in_task(last, kept.ledger, known)
    if kind is Kind.RECOVERY:
        return f"at the {last}"
    return f"{last}: {'asked for' if last in ('backup', 'expiry') else 'answered'}"


def _in_first_start(phase: str, kept: Kept) -> str:
    if phase in ("before systemd", "systemd starts other things"):
        return phase
    ledger = f"ledger at schema {kept.schema}" if kept.schema else "no ledger"
    return f"Temporal's database {kept.temporal}, {ledger}, {kept.keys} keys"


def _in_redemption(last: str, has_risen: bool, ledger: Ledger, known: Before) -> str:
    new = [each for each in ledger.redemptions if each.id not in known.redemptions]
    if not new:
        was_entered = last not in ("typing", "ready")
        return "Enter pressed, no claim kept" if was_entered else "Enter not pressed yet"
    redemption = new[-1]
    match redemption.stage:
        case "load":
            return {
                "claim": "claimed, not shown yet",
                "confirmation": "confirmation sent, not kept",
            }.get(last, "claimed, loading asked for")
        case "open":
            return _in_opening(redemption, has_risen, ledger)
        case "take":
            return {
                "door": "taken, the door being closed",
                "completion": "completion sent, not kept",
                "taking": "opened, to be taken",
            }.get(last, "opened, not shown yet")
        case "dispensed":
            return "completed" if last == "redeemed" else "completion kept, not answered"
        case "refused":
            return "refused" if last == "refused" else "refusal kept, lamp not seen"
        case other:
            return other


def _in_opening(redemption: Redemption, has_risen: bool, ledger: Ledger) -> str:
    orders = [each for each in ledger.actuations if each.redemption == redemption.id]
    if not orders:
        return "confirmed, no intent kept"
    if orders[-1].outcome is not None:
        return "result kept, door awaited"
    return "pulsed, no result kept" if has_risen else "intent kept, not pulsed"


def _in_task(last: str, ledger: Ledger, known: Before) -> str:
    new = next((each for each in ledger.tasks if each.id not in known.tasks), None)
    if new is None:
        return "start asked for, not kept"
    issue: Issue | None = next((each for each in ledger.issues if each.task == new.id), None)
    if issue is not None:
        return f"approved, the code's issue {issue.state}"
    done = [
        name
        for name, rows in (("scanned", ledger.scans), ("handed in", ledger.submissions))
        if any(row.task == new.id for row in rows)
    ]
    return f"{' and '.join(done) or 'begun'}, at the {last}"
