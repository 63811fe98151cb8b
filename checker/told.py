"""Part of invariant 8: every row of the ledger is as the audit trail tells it.

This finds what sums and counts can't: another locker, sku, quantity, actor, attendee or time in
one row, the wrong row changed, a change of state that nobody told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import inf
from typing import Any

from checker.codes import detail_of
from checker.invariants import Finding, Invariant
from checker.ledger import AuditRow, Ledger
from checker.retold import retold
from checker.retold_rows import Retold, Values

# Tables whose rows each have a key, and those whose order counts.
KEYED = {
    "redemptions": "id",
    "codes": "id",
    "actuations": "id",
    "tasks": "id",
    "issues": "id",
    "holds": "issue",
    "prizes": "sku",
    "lockers": "id",
}
IN_ORDER = {
    "movements": "id",
    "answers": "at, redemption, step",
    "scans": "seq",
    "submissions": "seq",
    "alarms": "id",
}
# Rows that are there by the configuration, before anybody has done anything to them.
_UNTOLD = {"lockers": {"in_service": 1, "reason": ""}}
_TIMES = frozenset(
    {"at", "since", "begun_at", "ended_at", "intent_at", "outcome_at", "issued_at", "expires_at"}
    | {"started_at", "asked_at", "held_at", "raised_at", "cleared_at"}
)
_AT_ONCE_S = 0.001  # a row and what is told of it are of one transaction, and of one moment
# The rows after which time may go on at an earlier moment.
_CLOCK_WENT = ("clock.moved", "ledger.restored")


def told_otherwise(ledger: Ledger) -> Iterator[Finding]:
    """The differences between the ledger's rows and what the trail tells of them."""
    if not tells_all(ledger):
        return
    told = retold(ledger.audit)
    moved = any(row.action in _CLOCK_WENT for row in ledger.audit)
    for table, key in KEYED.items():
        yield from _keyed(table, ledger.tables.get(table, ()), getattr(told, table), key, moved)
    for table in IN_ORDER:
        rows = [_counted(row) for row in ledger.tables.get(table, ())]
        yield from _in_order(table, rows, _sorted(table, told))
    yield from _verdicts(ledger, told)
    yield from _refusals(ledger)
    yield from (_finding(what) for what in told.contradictions)
    yield from _backwards(ledger.audit)


def tells_all(ledger: Ledger) -> bool:
    """Whether the trail has the details of its rows; where it tells none, none are compared."""
    rows = [row for row in ledger.audit if row.action.startswith("stock.")]
    return any("quantity" in detail_of(row) for row in rows)


def _keyed(
    table: str, rows: Iterable[Mapping[str, Any]], told: dict[Any, Values], key: str, moved: bool
) -> Iterator[Finding]:
    known = set()
    for row in rows:
        known.add(row[key])
        expected = told.get(row[key], _UNTOLD.get(table))
        name = f"{table} row {row[key]}"
        if expected is None:
            yield _finding(f"{name} is nowhere in the audit trail")
            continue
        if table == "codes" and moved:  # a clock that was set moves what expires by it
            expected = {k: v for k, v in expected.items() if k != "expires_at"}
        yield from _compared(name, row, expected)
    for lost in sorted(map(str, told.keys() - known)):
        yield _finding(f"{table} row {lost} is told by the audit trail, and is not there")


def _in_order(
    table: str, rows: Iterable[Mapping[str, Any]], told: list[Values]
) -> Iterator[Finding]:
    rows = list(rows)
    if len(rows) != len(told):
        what = f"{table} has {len(rows)} rows, and the audit trail tells of {len(told)}"
        yield _finding(what)
    for row, expected in zip(rows, told, strict=False):
        yield from _compared(f"{table} row {row.get('id', row.get('seq'))}", row, expected)


def _counted(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A submission with its length, which the trail tells in place of its words."""
    text = row.get("text")
    return {**row, "characters": len(text)} if "try" in row and text is not None else row


def _sorted(table: str, told: Retold) -> list[Values]:
    found: list[Values] = getattr(told, table)
    if table != "answers":
        return found
    return sorted(found, key=lambda each: (each["at"], each["redemption"], each["step"] or 0))


def _compared(name: str, row: Mapping[str, Any], expected: Values) -> Iterator[Finding]:
    for column, value in expected.items():
        if column in row and not _same(name, column, row[column], value):
            what = f"{name}: {column} is {_shown(row[column])}"
            yield _finding(f"{what}, and the audit trail tells {_shown(value)}")


def _same(name: str, column: str, found: Any, told: Any) -> bool:
    if column == "detail":
        return bool(_parsed(found) == told)
    if column in _TIMES:
        return _seconds_apart(found, told) <= _AT_ONCE_S
    if column == "step" and name.startswith("tasks "):
        return bool(found >= told)  # another rule for a task counts as a step, and is nobody's deed
    return bool(found == told)


def _seconds_apart(one: Any, other: Any) -> float:
    """How far two times are from each other; none at all where both are missing."""
    if one is None or other is None:
        return 0.0 if one is other else inf
    try:
        apart = datetime.fromisoformat(one) - datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return inf
    return abs(float(apart.total_seconds()))


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)


def _verdicts(ledger: Ledger, told: Retold) -> Iterator[Finding]:
    """A refusal is told with its own id; an approval by the row of its task, at that moment."""
    rows = ledger.tables.get("verdicts", ())
    yield from _in_order("verdicts", [row for row in rows if not row["approved"]], told.verdicts)
    given = [(row["task"], row["at"], row["actor"], row["try"]) for row in rows if row["approved"]]
    told_of = {
        (detail_of(row).get("task"), row.at, row.actor)
        for row in ledger.audit
        if row.action == "task.approved"
    }
    for task, at, actor, _ in given:
        if (task, at, actor) not in told_of:
            yield _finding(f"{actor} approved {task} at {at}, and the audit trail does not tell so")
    for task, at, actor, tries in told.approved_by_word:
        if actor != "boxd" and (task, at, actor, tries) not in given:
            yield _finding(f"{actor} approved {task} at {at} by the trail, and gave no verdict")


def _refusals(ledger: Ledger) -> Iterator[Finding]:
    """A task's last refusal is the reason of its last verdict that refused."""
    reasons: dict[Any, str] = {}
    for row in ledger.tables.get("verdicts", ()):
        if not row["approved"]:
            reasons[row["task"]] = row["reason"]
    for task in ledger.tables.get("tasks", ()):
        reason = reasons.get(task["id"], "")
        if task["last_refusal"] != reason:
            what = f"tasks row {task['id']}: last_refusal is {_shown(task['last_refusal'])}"
            yield _finding(f"{what}, and the last verdict says {_shown(reason)}")


def _backwards(trail: tuple[AuditRow, ...]) -> Iterator[Finding]:
    """The box's time never goes back, but where the trail says that its clock was set."""
    latest: datetime | None = None
    for row in trail:
        try:
            at = datetime.fromisoformat(row.at)
        except ValueError:
            continue  # a row without a time is a finding already
        if latest is not None and at < latest:
            yield _finding(f"audit row {row.seq} is at {row.at}, before the row before it")
        latest = None if row.action in _CLOCK_WENT else at


def _finding(what: str) -> Finding:
    return Finding(Invariant.AUDITED, what)
