"""The independent checker: holds a box's invariants against its ledger and its hardware's trace.

It imports nothing of boxd, so that a mistake there can't hide itself here: it has its own SQL,
recomputes the audit trail's chain and knows the board's bytes by itself.
"""

from checker.examination import check, examine
from checker.invariants import EvidenceError, Finding, Invariant, Report

__all__ = ["EvidenceError", "Finding", "Invariant", "Report", "check", "examine"]
