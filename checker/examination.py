"""The examination: the files are read, each invariant is held against them."""

from __future__ import annotations

from pathlib import Path

from checker import audit, causes, failsafe, orders, payouts, promises, questions, stock
from checker.acknowledged import Acknowledged, read_acknowledged
from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Report, Verdict
from checker.ledger import read_ledger
from checker.trace import Fields, read_trace

_RULES = (payouts, causes, orders, stock, promises, questions, failsafe, audit)


def check(
    ledger: Path,
    trace: Path,
    acknowledged: Path | None = None,
    snapshot: Fields | None = None,
    *,
    at_rest: bool = False,
) -> list[Finding]:
    """All findings; none when every invariant holds. Raises EvidenceError."""
    return examine(ledger, trace, acknowledged, snapshot, at_rest=at_rest).findings


def examine(
    ledger: Path,
    trace: Path,
    acknowledged: Path | None = None,
    snapshot: Fields | None = None,
    *,
    at_rest: bool = False,
) -> Report:
    """What was checked and found, invariant by invariant. Raises EvidenceError.

    The trace is read first: what a latch did was written into the ledger before it did it.
    """
    seen = read_trace(trace)
    evidence = Evidence(
        trace=seen,
        ledger=read_ledger(ledger),
        acknowledged=read_acknowledged(acknowledged) if acknowledged else Acknowledged(),
        snapshot=snapshot,
        at_rest=at_rest,
    )
    return Report((_wholeness(evidence), *_verdicts(evidence)))


def _verdicts(evidence: Evidence) -> tuple[Verdict, ...]:
    if not evidence.ledger.is_readable:
        return ()
    return tuple(rule.hold(evidence) for rule in _RULES)


def _wholeness(evidence: Evidence) -> Verdict:
    parts = (evidence.ledger, evidence.trace, evidence.acknowledged)
    damage = [text for part in parts for text in part.damage]
    return Verdict(
        Invariant.EVIDENCE,
        (("trace lines", len(evidence.trace.lines)),),
        tuple(Finding(Invariant.EVIDENCE, text) for text in damage),
        (*evidence.trace.notes, *evidence.acknowledged.notes),
    )
