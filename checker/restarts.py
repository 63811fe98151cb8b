"""Restarts of a board's touch sensor, which a person may order in a device test.

In older revisions a restart pulses the latch for a second. The order is a row of the audit trail.
"""

from __future__ import annotations

from checker.actions import NOBODY, RESTART_ORDERED
from checker.codes import detail_of
from checker.evidence import Evidence


def restarts_ordered(latch: str, evidence: Evidence) -> int:
    """How many restarts people have ordered of the board with this latch."""
    return devices_restarted(evidence).count(latch)


def devices_restarted(evidence: Evidence) -> list[str]:
    """The board of each restart that a named person has ordered."""
    return [
        str(detail_of(row).get("latch"))
        for row in evidence.ledger.audit
        if row.action == RESTART_ORDERED and row.actor.strip() not in NOBODY
    ]
