"""What a bay shows: its lamp pattern, its state and its words. Pure functions.

Refusal reasons are for the HUD; nothing here is ever shown at the front.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from boxd.bays import lamps
from boxd.bays.lamps import Pattern
from boxd.redemption import RedemptionStanding, Refusal, Stage


class BayState(StrEnum):
    """What a bay is doing, in one word."""

    READY = "ready"
    CHECKING = "checking"
    BUSY = "busy"
    LOCKED_OUT = "locked_out"
    OUT_OF_SERVICE = "out_of_service"


class Checking(StrEnum):
    """The progress of a typed code's check."""

    NOTHING = "nothing"
    ASKED = "asked"
    WAITING = "waiting"  # nobody answers; the check is repeated
    LATE = "late"  # it is being decided, but for too long


@dataclass(frozen=True)
class BayFacts:
    """Everything that decides what a bay shows. `standing` is an open redemption or None."""

    standing: RedemptionStanding | None = None
    checking: Checking = Checking.NOTHING
    typed_at: str = ""
    was_refused: bool = False
    has_started: bool = True
    why_not: str = ""
    unchecked: str = ""
    locked_for_s: int = 0
    stuck: tuple[str, ...] = ()


@dataclass(frozen=True)
class LastEvent:
    """The last event at a bay. `at` is ISO 8601, UTC; `tone` good, bad or plain."""

    at: str
    text: str
    tone: str


@dataclass(frozen=True)
class BayView:
    """A bay on the HUD. `lamps` is a pattern's name; `typed` a count, never digits."""

    id: str
    name: str
    state: BayState
    text: str
    typed: int
    locked_for_s: int
    lamps: str
    redemption: str | None
    last: LastEvent | None
    stuck: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The view as values for JSON."""
        return {**asdict(self), "state": self.state.value, "stuck": list(self.stuck)}


PATTERN_AT: dict[Stage, Pattern] = {
    Stage.LOAD: lamps.LOAD,
    Stage.OPEN: lamps.OPENING,
    Stage.ASK: lamps.ATTENTION,
    Stage.JAM: lamps.ATTENTION,
    Stage.TAKE: lamps.OPEN,
}

TEXT_AT: dict[Stage, str] = {
    Stage.LOAD: "Waiting for {prize} in locker {locker}",
    Stage.OPEN: "Opening locker {locker}",
    Stage.ASK: "Did locker {locker} open?",
    Stage.JAM: "Locker {locker} did not open",
    Stage.TAKE: "{prize} is to be taken from locker {locker}",
}

REFUSED_AS: dict[Refusal, str] = {
    Refusal.MISTYPED: "mistyped (not counted as a wrong code)",
    Refusal.UNKNOWN: "no such code",
    Refusal.USED: "used already",
    Refusal.IN_USE: "in use at this moment",
    Refusal.EXPIRED: "expired",
    Refusal.VOIDED: "voided by an organiser",
    Refusal.OTHER_BOX: "made for another box",
    Refusal.LOCKED_OUT: "the keypad is locked after too many wrong codes",
    Refusal.NO_LOCKER: "no locker of this bay is free and in service",
    Refusal.BAY_BUSY: "this bay is serving somebody already",
    Refusal.OTHER: "for a reason that this release does not know",
}

CHECKING_TEXT = {
    Checking.ASKED: "Checking a code",
    Checking.WAITING: "Out of service, one moment: the code typed at {typed_at} is tried again",
    Checking.LATE: "The code typed at {typed_at} is still being checked; Cancel frees the keypad",
}


def pattern_for(facts: BayFacts) -> Pattern:
    """The pattern on the lamps: a verdict first, then an open redemption, then the bay's state."""
    if facts.was_refused:
        return lamps.REFUSED
    if facts.standing is not None:
        return PATTERN_AT[facts.standing.stage]
    if facts.checking is Checking.ASKED:
        return lamps.CHECKING
    return _idle_pattern(facts)


def _idle_pattern(facts: BayFacts) -> Pattern:
    if facts.checking is not Checking.NOTHING:
        return lamps.OUT_OF_SERVICE
    if not facts.has_started:
        return lamps.STARTING
    if facts.why_not or facts.unchecked:
        return lamps.OUT_OF_SERVICE
    return lamps.LOCKED_OUT if facts.locked_for_s else lamps.READY


def state_for(facts: BayFacts) -> BayState:
    """The bay's state in one word."""
    if facts.standing is not None:
        return BayState.BUSY
    if facts.checking is not Checking.NOTHING:
        return BayState.CHECKING
    if facts.why_not or facts.unchecked or not facts.has_started:
        return BayState.OUT_OF_SERVICE
    return BayState.LOCKED_OUT if facts.locked_for_s else BayState.READY


def text_for(facts: BayFacts) -> str:
    """The bay's state in words, with its stuck keys."""
    if not facts.stuck:
        return _state_text(facts)
    keys = ", ".join(facts.stuck)
    return f"{_state_text(facts)} (key {keys} is stuck: clean the keypad)"


def _state_text(facts: BayFacts) -> str:
    if facts.standing is not None:
        standing = facts.standing
        return TEXT_AT[standing.stage].format(prize=standing.prize, locker=standing.locker)
    if facts.checking is not Checking.NOTHING:
        return CHECKING_TEXT[facts.checking].format(typed_at=facts.typed_at)
    return _idle_text(facts)


def _idle_text(facts: BayFacts) -> str:
    if facts.unchecked:
        return f"Out of service: {facts.unchecked}"
    if not facts.has_started:
        return "Starting"
    if facts.why_not:
        return f"Out of service: {facts.why_not}"
    if facts.locked_for_s:
        return f"Locked for {facts.locked_for_s} s after too many wrong codes"
    return "Ready for a code"


def ending_of(standing: RedemptionStanding) -> tuple[str, str]:
    """The end of a redemption in words, with its tone."""
    match standing.stage:
        case Stage.DISPENSED:
            return f"{standing.prize} given out from locker {standing.locker}", "good"
        case Stage.DECLINED:
            return f"Declined: {standing.prize} was not given out", "bad"
        case Stage.CANCELLED:
            return "Cancelled before the locker was loaded; the code is good again", "plain"
        case _:
            reason = REFUSED_AS[standing.refusal] if standing.refusal else "no reason known"
            return f"Code refused: {reason}", "bad"
