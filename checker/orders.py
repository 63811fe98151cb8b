"""Invariant 3: one actuation, at most one pulse; what is not known is never repeated."""

from __future__ import annotations

from collections.abc import Iterator

from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.ledger import Actuation
from checker.pairs import lost_pulses
from checker.pulses import pulses_of, unlock_orders
from checker.restarts import devices_restarted, restarts_ordered
from checker.trace import Line


def hold(evidence: Evidence) -> Verdict:
    """Count pulses and orders of each latch against its actuations.

    Per latch and not one by one: the trace's clock is not the ledger's.
    """
    actuated = {each.latch for each in evidence.ledger.actuations}
    latches = sorted(actuated | {*devices_restarted(evidence)})
    pulses = pulses_of(evidence.trace)
    findings = (
        *(finding for latch in latches for finding in _too_many(latch, evidence)),
        *(finding for latch in latches for finding in _too_few(latch, evidence)),
        *_without_outcome(evidence),
    )
    notes = tuple(note for latch in latches for note in _notes(latch, evidence))
    checked = (("latches", len(latches)), ("pulses", len(pulses)))
    return Verdict(Invariant.ONE_PULSE, checked, findings, notes)


def _of(latch: str, evidence: Evidence) -> list[Actuation]:
    return [each for each in evidence.ledger.actuations if each.latch == latch]


def _rises(latch: str, evidence: Evidence) -> list[Line]:
    return [pulse.rise for pulse in pulses_of(evidence.trace) if pulse.device == latch]


def _too_many(latch: str, evidence: Evidence) -> Iterator[Finding]:
    mine, rises = _of(latch, evidence), _rises(latch, evidence)
    orders = [line for line in unlock_orders(evidence.trace) if line.device == latch]
    allowed = sum(each.may_have_pulsed for each in mine)
    restarts = restarts_ordered(latch, evidence)
    for what, lines, more in (("pulses", rises, restarts), ("unlock orders", orders, 0)):
        if len(lines) > allowed + more:
            yield _finding(
                f"{latch} saw {len(lines)} {what} for {allowed} actuations that may have pulsed",
                *map(str, mine),
                *map(str, lines),
            )
            return


def _too_few(latch: str, evidence: Evidence) -> Iterator[Finding]:
    lost = [str(each.actuation) for each in lost_pulses(latch, evidence) if not each.while_away]
    if lost:
        shown = (*lost, *map(str, _rises(latch, evidence)))
        done = sum(each.outcome == "done" for each in _of(latch, evidence))
        yield _finding(f"{latch} lacks {len(lost)} pulses of {done} actuations 'done'", *shown)


def _notes(latch: str, evidence: Evidence) -> Iterator[str]:
    lost = sum(each.while_away for each in lost_pulses(latch, evidence))
    if lost:
        yield f"{latch} lacks {lost} pulses of actuations 'done'; it was unplugged just then"


def _without_outcome(evidence: Evidence) -> Iterator[Finding]:
    """An order that nobody settled although its redemption went on."""
    stages = {each.id: each.stage for each in evidence.ledger.redemptions}
    for each in evidence.ledger.actuations:
        stage = stages.get(each.redemption or "", "open")
        if each.outcome is None and stage != "open":
            what = f"actuation {each.id} has no outcome, but its redemption is at stage {stage}"
            yield _finding(what, str(each))


def _finding(what: str, *shown: str) -> Finding:
    return Finding(Invariant.ONE_PULSE, what, shown)
