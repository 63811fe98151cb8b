"""Invariant 8: whatever was done is in the audit trail, and the trail's chain verifies."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from checker import actions
from checker.codes import causes_of_codes, detail_of
from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.ledger import AuditRow, Ledger
from checker.told import tells_all, told_otherwise

BEGINNING = bytes(32)
# Rows that must say who, when and why.
_ACCOUNTABLE = ("claim.", "redemption.", "actuation.", "override.", "stock.")

_TELLS_LITTLE = "the audit trail tells no quantities: its rows were counted, and not compared"

# An action, and what it was done to: "redemption r-1", "prize sticker", "overrides".
Deed = tuple[str, str]


def hold(evidence: Evidence) -> Verdict:
    """Recompute the chain, and look for everything that the ledger says was done."""
    trail = evidence.ledger.audit
    due, told = _due(evidence.ledger), _told(trail)
    findings = (
        *_chain(trail),
        *(finding for row in trail for finding in _unaccountable(row)),
        *_differences(due, told),
        *causes_of_codes(evidence.ledger),
        *told_otherwise(evidence.ledger),
    )
    checked = (("audit rows", len(trail)), ("things done", due.total()))
    notes = () if tells_all(evidence.ledger) or not trail else (_TELLS_LITTLE,)
    return Verdict(Invariant.AUDITED, checked, findings, notes)


def row_hash(previous: bytes, row: AuditRow) -> bytes:
    """The hash that a row must have after one with the hash `previous`."""
    columns = [row.seq, row.at, row.actor, row.action, row.cause, row.redemption]
    columns += [row.bay, row.locker, row.code, row.sku, row.detail]
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def _chain(trail: tuple[AuditRow, ...]) -> Iterator[Finding]:
    """The first place where the chain breaks; what follows it proves nothing."""
    previous = BEGINNING
    for expected, row in enumerate(trail, 1):
        shown = f"audit row {row.seq} at {row.at}: {row.action}"
        if row.seq != expected:
            yield _finding(f"the audit trail lacks row {expected}", shown)
        elif row.previous != previous:
            yield _finding(f"audit row {row.seq} does not follow the row before it", shown)
        elif row.hash != row_hash(previous, row):
            yield _finding(f"audit row {row.seq} was changed after it was written", shown)
        else:
            previous = row.hash
            continue
        return


def _unaccountable(row: AuditRow) -> Iterator[Finding]:
    if not row.action.startswith(_ACCOUNTABLE):
        return
    lacking = [
        name
        for name, is_there in (
            ("time", _is_time(row.at)),
            ("actor", bool(row.actor.strip())),
            ("cause", bool(row.cause.strip()) or row.redemption is not None),
        )
        if not is_there
    ]
    if lacking:
        what = f"audit row {row.seq} ({row.action}) names no {' and no '.join(lacking)}"
        yield _finding(what, f"at {row.at!r}, actor {row.actor!r}, cause {row.cause!r}")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _due(ledger: Ledger) -> Counter[Deed]:
    """What the audit trail must hold, by the other tables."""
    due: Counter[Deed] = Counter()
    for redemption in ledger.redemptions:
        refused = redemption.stage == "refused"
        action = actions.CLAIM_REFUSED if refused else actions.CLAIM_ACCEPTED
        due[action, _redemption(redemption.id)] += 1
    for answer in ledger.answers:
        due[actions.ANSWER + answer.kind, _redemption(answer.redemption)] += 1
    for actuation in ledger.actuations:
        whose = _redemption(actuation.redemption)
        due[actions.ACTUATION_INTENDED, whose] += 1
        if actuation.outcome is not None:
            due[actions.ACTUATION_OUTCOME + actuation.outcome, whose] += 1
        if actuation.redemption is None:
            due[actions.OVERRIDE_ORDERED, whose] += 1
    for movement in ledger.movements:
        due[actions.STOCK, f"prize {movement.sku}"] += 1
    for code in ledger.codes:
        due[actions.CODE_ISSUED, f"code {code.id}"] += 1
        if code.state in ("voided", "expired"):
            due[actions.CODE_ENDED[code.state], f"code {code.id}"] += 1
    due.update(_due_of_tasks(ledger))
    return due


def _due_of_tasks(ledger: Ledger) -> Iterator[Deed]:
    """Each approval asks for the issue of a code; an attendant's word may have led to it."""
    yield from ((actions.TASK_SCANNED, f"task {each.task}") for each in ledger.scans)
    yield from ((actions.TASK_SUBMITTED, f"task {each.task}") for each in ledger.submissions)
    yield from (
        (actions.TASK_REFUSED, f"task {each.task}") for each in ledger.verdicts if not each.approved
    )
    yield from ((actions.TASK_APPROVED, f"task {each.task}") for each in ledger.issues if each.task)


def _told(trail: tuple[AuditRow, ...]) -> Counter[Deed]:
    """What the audit trail holds of the deeds that other tables must agree with."""
    return Counter(deed for row in trail if (deed := _deed(row)) is not None)


def _deed(row: AuditRow) -> Deed | None:
    if row.action.startswith(actions.STOCK):
        return actions.STOCK, f"prize {row.sku}"
    if row.action in (actions.CODE_ISSUED, *actions.CODE_ENDED.values()):
        return row.action, f"code {row.code}"
    if row.action in actions.OF_TASKS:
        return row.action, f"task {detail_of(row).get('task')}"
    if row.action.startswith(actions.OF_REDEMPTIONS):
        return row.action, _redemption(row.redemption)
    return None


def _redemption(redemption: str | None) -> str:
    return "overrides" if redemption is None else f"redemption {redemption}"


def _differences(due: Counter[Deed], told: Counter[Deed]) -> Iterator[Finding]:
    for deed in sorted(due.keys() | told.keys()):
        if due[deed] != told[deed]:
            action, whose = deed
            name = f"{action}*" if action == actions.STOCK else action
            what = f"the audit trail and the ledger differ on {name} of {whose}"
            yield _finding(what, f"{told[deed]} rows in the trail, {due[deed]} in the ledger")


def _finding(what: str, *shown: str) -> Finding:
    return Finding(Invariant.AUDITED, what, shown)
