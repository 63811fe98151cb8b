"""Invariant 4: units are conserved: received = on hand + held + dispensed + written off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.ledger import Movement, Stock

_PLACES = ("on_hand", "held", "dispensed", "written_off")


def hold(evidence: Evidence) -> Verdict:
    """Add up each prize's movements and weigh the sums against stock and codes.

    Each movement leaves one place for another, so sums of movements that fit also add up.
    """
    ledger = evidence.ledger
    skus = sorted(
        {each.sku for each in ledger.stock}
        | {each.sku for each in ledger.movements}
        | {each.sku for each in ledger.codes}
    )
    findings = (
        *(finding for sku in skus for finding in _prize(sku, evidence)),
        *_holds(evidence),
    )
    checked = (("prizes", len(skus)), ("movements", len(ledger.movements)))
    return Verdict(Invariant.CONSERVED, checked, findings)


def _prize(sku: str, evidence: Evidence) -> Iterator[Finding]:
    moves = [each for each in evidence.ledger.movements if each.sku == sku]
    sums: Counter[str] = Counter()
    for each in moves:
        _move(sums, each)
        if sums[each.source] < 0:
            what = f"{sku}: movement {each.id} takes more units than were {each.source}"
            yield _finding(what, f"{sums[each.source]} afterwards")
    recorded = next((each for each in evidence.ledger.stock if each.sku == sku), None)
    yield from _sums(sku, sums, recorded)
    yield from _codes(sku, sums, moves, evidence)


def _move(sums: Counter[str], move: Movement) -> None:
    """What comes from outside is received; what goes to another box was not received here."""
    if move.source == "outside":
        sums["received"] += move.quantity
    else:
        sums[move.source] -= move.quantity
    if move.target == "outside":
        sums["received"] -= move.quantity
    else:
        sums[move.target] += move.quantity


def _sums(sku: str, sums: Counter[str], recorded: Stock | None) -> Iterator[Finding]:
    if recorded is None:
        yield _finding(f"{sku} has movements or codes, but no stock")
        return
    shown = {place: getattr(recorded, place) for place in ("received", *_PLACES)}
    wrong = [
        f"{place}: {units} recorded, {sums[place]} by its movements"
        for place, units in shown.items()
        if units != sums[place]
    ]
    if wrong:
        yield _finding(f"{sku}: the stock is not the sum of its movements", *wrong)
    negative = [f"{place}: {units}" for place, units in shown.items() if units < 0]
    if negative:
        yield _finding(f"{sku}: the stock is negative", *negative)


def _codes(
    sku: str, sums: Counter[str], moves: list[Movement], evidence: Evidence
) -> Iterator[Finding]:
    """A code in hand holds one unit, and so does an issue that has no code yet.

    A spent code had one dispensed, returned or not.
    """
    mine = [each for each in evidence.ledger.codes if each.sku == sku]
    awaiting = [each.id for each in mine if each.state in ("ready", "in_use")]
    spent = [each.id for each in mine if each.state == "spent"]
    given = sum(each.quantity for each in moves if each.target == "dispensed")
    holds = [e.issue for e in evidence.ledger.holds if (e.sku, e.state) == (sku, "open")]
    if sums["held"] != len(awaiting) + len(holds):
        what = f"{sku}: {sums['held']} units held for {len(awaiting)} codes ready or in use"
        if holds:
            what += f" and {len(holds)} holds"
        yield _finding(what, f"codes {awaiting}", *(f"hold of issue {issue}" for issue in holds))
    if given != len(spent):
        what = f"{sku}: {given} units dispensed for {len(spent)} codes spent"
        yield _finding(what, f"codes {spent}")


# What the issue of each hold may have come to.
_HOLD_FITS = {
    "open": ("held",),
    "coded": ("minted", "done", "undone"),
    "released": ("undone",),
}


def _holds(evidence: Evidence) -> Iterator[Finding]:
    """A hold is open just as long as its issue is held."""
    holds = {each.issue: each.state for each in evidence.ledger.holds}
    for issue in evidence.ledger.issues:
        hold = holds.get(issue.id)
        if hold is None and issue.state in ("held", "minted", "done"):
            yield _finding(f"issue {issue.id} is {issue.state}, but nothing was held for it")
        if hold is not None and issue.state not in _HOLD_FITS.get(hold, ()):
            yield _finding(f"issue {issue.id} is {issue.state}, but its hold is {hold}")


def _finding(what: str, *shown: str) -> Finding:
    return Finding(Invariant.CONSERVED, what, shown)
