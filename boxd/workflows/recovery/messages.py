"""The inputs and results of the recovery workflow."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.workflows.box_ids import at_box

WORKFLOW = "Recovery"

PREFIX = "recovery-"


def workflow_id(recovery: str, box: str) -> str:
    """The id of the workflow that drives a recovery at a box."""
    return at_box(PREFIX + recovery, box)


@dataclass(frozen=True)
class RecoveryStart:
    """A recovery in the ledger, new or resumed; `remind_after_s` without an answer, an alarm."""

    recovery: str
    box: str
    remind_after_s: float = 900.0
