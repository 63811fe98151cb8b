"""What goes into and comes out of the workflows of housekeeping."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FAILED = "HousekeepingFailed"
"""The type of the error with which a run ends that did not do what it should."""


class RunPart(StrEnum):
    """The parts of housekeeping, by the names of their schedules."""

    EXPIRY = "expiry"
    BACKUP = "backup"
    SELF_TEST = "self-test"
    VERIFICATION = "verification"


WORKFLOWS = {
    RunPart.EXPIRY: "Expiry",
    RunPart.BACKUP: "Backup",
    RunPart.SELF_TEST: "SelfTest",
    RunPart.VERIFICATION: "Verification",
}


@dataclass(frozen=True)
class Expired:
    """What one look for things to expire found; `is_all` when nothing is left."""

    codes: int
    holds: int
    is_all: bool


@dataclass(frozen=True)
class Conclusion:
    """How a run of a part ended: `why` it failed, and what to do; empty when it did not."""

    part: RunPart
    why: str
