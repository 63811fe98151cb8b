"""What a check finds: a grade, what was seen, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a check ended; `skipped` says nothing about the box."""

    PASSED = "passed"
    SKIPPED = "skipped"
    WARNED = "warned"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One line of the report: the grade, what was seen, and what to do about it."""

    grade: Grade
    seen: str
    remedy: str = ""


def passed(seen: str) -> Finding:
    """All is well."""
    return Finding(Grade.PASSED, seen)


def skipped(why: str, remedy: str = "") -> Finding:
    """It does not apply to this box, or could not be seen; the remedy then says who can see it."""
    return Finding(Grade.SKIPPED, why, remedy)


def warned(seen: str, remedy: str) -> Finding:
    """The box works, but somebody should look."""
    return Finding(Grade.WARNED, seen, remedy)


def failed(seen: str, remedy: str) -> Finding:
    """The box does not work, or will stop working soon."""
    return Finding(Grade.FAILED, seen, remedy)


class Skip(Exception):
    """Raised by a check that can't see what it judges; carries the reason and the remedy."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy
