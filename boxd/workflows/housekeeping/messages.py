"""The inputs and results of the housekeeping workflows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FAILED = "HousekeepingFailed"
"""The error type of a run that did not do what it should."""


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
    """What one look for expired things found; `is_all` if nothing is left."""

    codes: int
    holds: int
    is_all: bool


@dataclass(frozen=True)
class Conclusion:
    """How a run of a part ended: `why` it failed, and what to do; empty if it did not."""

    part: RunPart
    why: str
