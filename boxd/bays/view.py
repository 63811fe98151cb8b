"""What a bay shows: the moment on its lamps, its state and its words. Pure functions.

Refusal reasons are for the HUD; nothing here is ever shown at the front.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from boxd.lights.moments import LightMoment
from boxd.redemption import RedemptionStanding, Refusal, Stage
from boxd.words import N_, translate
from boxd.words import gettext as _


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
    is_closed: bool = False
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
    """A bay on the HUD. `lamps` is a moment's name; `typed` a count, never digits."""

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


MOMENT_AT: dict[Stage, LightMoment] = {
    Stage.LOAD: LightMoment.LOAD,
    Stage.OPEN: LightMoment.OPENING,
    Stage.ASK: LightMoment.ATTENTION,
    Stage.JAM: LightMoment.ATTENTION,
    Stage.TAKE: LightMoment.OPEN,
}

TEXT_AT: dict[Stage, str] = {
    Stage.LOAD: N_("Waiting for {prize} in locker {locker}"),
    Stage.OPEN: N_("Opening locker {locker}"),
    Stage.ASK: N_("Did locker {locker} open?"),
    Stage.JAM: N_("Locker {locker} did not open"),
    Stage.TAKE: N_("The attendee takes {prize} from locker {locker}"),
}

REFUSED_AS: dict[Refusal, str] = {
    Refusal.MISTYPED: N_("mistyped (not counted as a wrong code)"),
    Refusal.UNKNOWN: N_("no such code"),
    Refusal.USED: N_("already used"),
    Refusal.IN_USE: N_("in use at this moment"),
    Refusal.EXPIRED: N_("expired"),
    Refusal.VOIDED: N_("voided by an organiser"),
    Refusal.OTHER_BOX: N_("made for another box"),
    Refusal.NOT_HERE: N_("its prize is not in stock at this box"),
    Refusal.UNSURE: N_("perhaps used at another box, which is being asked: try again soon"),
    Refusal.LOCKED_OUT: N_("the keypad is locked after too many wrong codes"),
    Refusal.NO_LOCKER: N_("no locker of this bay is free and in service"),
    Refusal.BAY_BUSY: N_("this bay is already serving someone"),
    Refusal.OTHER: N_("for a reason that this version of boxd does not know"),
}

CHECKING_TEXT = {
    Checking.ASKED: N_("Checking a code"),
    Checking.WAITING: N_("Out of service, one moment: the code typed at {typed_at} is tried again"),
    Checking.LATE: N_(
        "The code typed at {typed_at} is still being checked; Cancel frees the keypad"
    ),
}


def moment_for(facts: BayFacts) -> LightMoment:
    """What the lamps show: a verdict first, then an open redemption, then the bay's state."""
    if facts.was_refused:
        return LightMoment.REFUSED
    if facts.standing is not None:
        return MOMENT_AT[facts.standing.stage]
    if facts.checking is Checking.ASKED:
        return LightMoment.CHECKING
    return _idle_moment(facts)


def _idle_moment(facts: BayFacts) -> LightMoment:
    if facts.checking is not Checking.NOTHING:
        return LightMoment.OUT_OF_SERVICE
    if not facts.has_started:
        return LightMoment.STARTING
    if facts.why_not or facts.unchecked or facts.is_closed:
        return LightMoment.OUT_OF_SERVICE
    return LightMoment.LOCKED_OUT if facts.locked_for_s else LightMoment.READY


def state_for(facts: BayFacts) -> BayState:
    """The bay's state in one word."""
    if facts.standing is not None:
        return BayState.BUSY
    if facts.checking is not Checking.NOTHING:
        return BayState.CHECKING
    if facts.why_not or facts.unchecked or facts.is_closed or not facts.has_started:
        return BayState.OUT_OF_SERVICE
    return BayState.LOCKED_OUT if facts.locked_for_s else BayState.READY


def text_for(facts: BayFacts) -> str:
    """The bay's state in words, with its stuck keys."""
    if not facts.stuck:
        return _state_text(facts)
    keys = ", ".join(facts.stuck)
    return _("{state} (key {keys} is stuck: clean the keypad)").format(
        state=_state_text(facts), keys=keys
    )


def _state_text(facts: BayFacts) -> str:
    if facts.standing is not None:
        standing = facts.standing
        text, prize = _(TEXT_AT[standing.stage]), translate(standing.prize)
        return text.format(prize=prize, locker=standing.locker)
    if facts.checking is not Checking.NOTHING:
        return _(CHECKING_TEXT[facts.checking]).format(typed_at=facts.typed_at)
    return _idle_text(facts)


def _idle_text(facts: BayFacts) -> str:
    if facts.unchecked:
        return _("Out of service: {why}").format(why=translate(facts.unchecked))
    if not facts.has_started:
        return _("Starting")
    if facts.why_not:
        return _("Out of service: {why}").format(why=translate(facts.why_not))
    if facts.is_closed:
        return _("Closed: the event is over")
    if facts.locked_for_s:
        text = _("Locked for {seconds} s after too many wrong codes")
        return text.format(seconds=facts.locked_for_s)
    return _("Ready for a code")


def ending_of(standing: RedemptionStanding) -> tuple[str, str]:
    """The end of a redemption in English, with its tone; `translate` where it is shown."""
    match standing.stage:
        case Stage.DISPENSED:
            given = N_("{prize} given out from locker {locker}")
            return given.format(prize=standing.prize, locker=standing.locker), "good"
        case Stage.DECLINED:
            declined = N_("Declined: {prize} was not given out")
            return declined.format(prize=standing.prize), "bad"
        case Stage.CANCELLED:
            cancelled = N_("Cancelled before the locker was loaded. The code can be used again.")
            return cancelled, "plain"
        case _:
            if standing.home:
                return N_("Code refused: it is for box {box}; send the attendee there").format(
                    box=standing.home
                ), "bad"
            why = REFUSED_AS[standing.refusal] if standing.refusal else N_("no reason known")
            return N_("Code refused: {why}").format(why=why), "bad"
