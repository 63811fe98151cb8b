"""Invariant 2: every pulse has a recorded cause.

A redemption that came to the stage `open`, or a named person's override with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.actions import NOBODY
from checker.board import is_board
from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.ledger import Actuation, Redemption
from checker.openings import answers_of, leads_to_open, ordered_too_early
from checker.pulses import pulses_of, restart_orders, unlock_orders
from checker.restarts import devices_restarted


def hold(evidence: Evidence) -> Verdict:
    """Look for each pulse's actuation and order, and for each actuation's cause."""
    ledger, pulses = evidence.ledger, pulses_of(evidence.trace)
    overrides = [each for each in ledger.actuations if each.redemption is None]
    findings = (
        *_devices_without_actuation(evidence),
        *_pulses_without_order(evidence),
        *(finding for each in ledger.redemptions for finding in _redemption(each, evidence)),
        *(finding for each in overrides for finding in _override(each)),
    )
    checked = (
        ("pulses", len(pulses)),
        ("actuations", len(ledger.actuations)),
        ("overrides", len(overrides)),
    )
    return Verdict(Invariant.CAUSED, checked, findings)


def _devices_without_actuation(evidence: Evidence) -> Iterator[Finding]:
    known = {each.latch for each in evidence.ledger.actuations} | {*devices_restarted(evidence)}
    rises = [pulse.rise for pulse in pulses_of(evidence.trace)]
    lines = [line for line in [*rises, *unlock_orders(evidence.trace)] if line.device not in known]
    for device in sorted({line.device for line in lines}):
        shown = tuple(str(line) for line in lines if line.device == device)
        yield _finding(f"{device} was pulsed, but the ledger has no actuation of it", *shown)


def _pulses_without_order(evidence: Evidence) -> Iterator[Finding]:
    """A board's latch that rose more often than the bytes so far had ordered."""
    orders = [*unlock_orders(evidence.trace), *restart_orders(evidence.trace)]
    pulses = [pulse for pulse in pulses_of(evidence.trace) if is_board(pulse.device)]
    known = {each.latch for each in evidence.ledger.actuations} | {*devices_restarted(evidence)}
    for device in sorted({pulse.device for pulse in pulses} & known):
        ordered = [line.number for line in orders if line.device == device]
        mine = [pulse.rise for pulse in pulses if pulse.device == device]
        for count, rise in enumerate(mine, 1):
            if sum(number < rise.number for number in ordered) < count:
                yield _finding(f"{device}'s latch rose without an order on the wire", str(rise))
                break


def _redemption(redemption: Redemption, evidence: Evidence) -> Iterator[Finding]:
    ledger = evidence.ledger
    mine = [each for each in ledger.actuations if each.redemption == redemption.id]
    allowed = sum(leads_to_open(answer) for answer in answers_of(ledger, redemption.id))
    if len(mine) > allowed:
        what = (
            f"redemption {redemption.id} had {len(mine)} actuations,"
            f" but came to the stage open {allowed} times"
        )
        yield _finding(what, *map(str, mine))
    for each in mine:
        if not _is_attempt(each, redemption):
            what = f"actuation {each.id} is no attempt of redemption {redemption.id}"
            yield _finding(what, str(each), f"the redemption is at attempt {redemption.attempt}")
    for seq in ordered_too_early(ledger, redemption.id):
        what = f"redemption {redemption.id} ordered a pulse before anyone had confirmed it"
        yield _finding(what, f"audit row {seq}")


def _is_attempt(actuation: Actuation, redemption: Redemption) -> bool:
    of, _, attempt = actuation.id.rpartition("/")
    return of == redemption.id and attempt.isdecimal() and int(attempt) <= redemption.attempt


def _override(actuation: Actuation) -> Iterator[Finding]:
    if actuation.actor.strip().lower() in NOBODY:
        what = f"override {actuation.id} names no person ('{actuation.actor}')"
        yield _finding(what, str(actuation))
    if not actuation.reason.strip():
        yield _finding(f"override {actuation.id} gives no reason", str(actuation))


def _finding(what: str, *shown: str) -> Finding:
    return Finding(Invariant.CAUSED, what, shown)
