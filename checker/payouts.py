"""Invariant 1: a code pays out at most once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.ledger import Code, Redemption, Task

# How many open and how many dispensed redemptions a code has in each of its states.
_FITTING = {
    "ready": (0, 0),
    "in_use": (1, 0),
    "spent": (0, 1),
    "expired": (0, 0),
    "voided": (0, 0),
}


def hold(evidence: Evidence) -> Verdict:
    """Weigh each code's state against its redemptions and the units dispensed for it."""
    ledger = evidence.ledger
    findings = [
        *(finding for code in ledger.codes for finding in _code(code, evidence)),
        *_dispensed_twice(evidence),
        *(finding for task in ledger.tasks for finding in _task(task, evidence)),
    ]
    checked = (
        ("codes", len(ledger.codes)),
        ("redemptions", len(ledger.redemptions)),
        ("tasks", len(ledger.tasks)),
    )
    return Verdict(Invariant.PAYS_ONCE, checked, tuple(findings))


def _code(code: Code, evidence: Evidence) -> Iterator[Finding]:
    mine = [each for each in evidence.ledger.redemptions if each.code == code.id]
    paid = [each for each in mine if each.stage == "dispensed"]
    opened = [each for each in mine if each.is_open]
    if len(paid) > 1:
        yield _finding(f"code {code.id} paid out {len(paid)} times", paid)
    elif code.state == "in_use" and code.id in _away(evidence) and not opened:
        return  # another box has the right to spend it
    elif (len(opened), len(paid)) != _FITTING.get(code.state):
        found = f"{len(opened)} open and {len(paid)} dispensed redemptions"
        yield _finding(f"code {code.id} is {code.state}, but has {found}", [*opened, *paid])


def _away(evidence: Evidence) -> set[int]:
    return {each.code for each in evidence.ledger.rights if not each.is_here}


def _dispensed_twice(evidence: Evidence) -> Iterator[Finding]:
    moves = [each for each in evidence.ledger.movements if each.target == "dispensed"]
    for code in sorted({each.code for each in moves if each.code is not None}):
        mine = [each for each in moves if each.code == code]
        units = sum(each.quantity for each in mine)
        if units > 1:
            shown = tuple(f"movement {each.id}: {each.quantity} of {each.sku}" for each in mine)
            what = f"{units} units were dispensed for code {code}"
            yield Finding(Invariant.PAYS_ONCE, what, shown)


def _task(task: Task, evidence: Evidence) -> Iterator[Finding]:
    """A task is rewarded with the one code that was issued for it, and no other is."""
    mine = [each for each in evidence.ledger.issues if each.task == task.id]
    done = [each.code for each in mine if each.state == "done"]
    shown = tuple(f"issue {each.id}: {each.state}, code {each.code}" for each in mine)
    if len(done) > 1:
        yield Finding(Invariant.PAYS_ONCE, f"task {task.id} has {len(done)} codes", shown)
    elif done != ([] if task.code is None else [task.code]):
        what = f"task {task.id} is {task.state} with code {task.code}, but its issues gave {done}"
        yield Finding(Invariant.PAYS_ONCE, what, shown)


def _finding(what: str, redemptions: Iterable[Redemption]) -> Finding:
    shown = tuple(f"redemption {each.id} at {each.bay}: {each.stage}" for each in redemptions)
    return Finding(Invariant.PAYS_ONCE, what, shown)
