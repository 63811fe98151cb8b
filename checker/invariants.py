"""The invariants, and what the checker says about each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class EvidenceError(Exception):
    """A file that the checker was given can't be read at all; the message says which and why."""


class Invariant(IntEnum):
    """What is held against the evidence; 0 stands for the evidence itself being whole."""

    EVIDENCE = 0
    PAYS_ONCE = 1
    CAUSED = 2
    ONE_PULSE = 3
    CONSERVED = 4
    KEPT = 5
    NOTHING_STUCK = 6
    FAIL_SAFE = 7
    AUDITED = 8

    @property
    def title(self) -> str:
        """The invariant in a few words."""
        return _TITLES[self]


_TITLES = {
    Invariant.EVIDENCE: "the evidence is whole",
    Invariant.PAYS_ONCE: "a code pays out at most once",
    Invariant.CAUSED: "every pulse has a recorded cause",
    Invariant.ONE_PULSE: "one actuation, at most one pulse",
    Invariant.CONSERVED: "units are conserved",
    Invariant.KEPT: "what was acknowledged is kept",
    Invariant.NOTHING_STUCK: "nothing is stuck",
    Invariant.FAIL_SAFE: "fail-safe latches",
    Invariant.AUDITED: "the audit trail is complete",
}


@dataclass(frozen=True)
class Finding:
    """One way in which an invariant does not hold, with the ids, times and lines that show it."""

    invariant: Invariant
    what: str
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The finding on one line."""
        shown = f" ({'; '.join(self.evidence)})" if self.evidence else ""
        return f"{self.invariant.value} {self.invariant.title}: {self.what}{shown}"


@dataclass(frozen=True)
class Verdict:
    """What was looked at for one invariant, and what was found.

    `checked` counts things by name; `notes` say what was tolerated or could not be looked at.
    """

    invariant: Invariant
    checked: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The verdicts on all invariants, in their order."""

    verdicts: tuple[Verdict, ...]

    @property
    def findings(self) -> list[Finding]:
        """All findings, by invariant."""
        return [finding for verdict in self.verdicts for finding in verdict.findings]

    @property
    def notes(self) -> list[str]:
        """All notes, by invariant."""
        return [note for verdict in self.verdicts for note in verdict.notes]
