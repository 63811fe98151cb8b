"""The rules of a redemption: its stages, who may answer what at each, and what follows.

Plain values and functions, shared by the workflow, the ledger, the HUD and the operator's keys.
Only this module decides what an answer does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from boxd.devices import DoorState
from boxd.words import N_


class Stage(StrEnum):
    """The stage of a redemption."""

    LOAD = "load"  # the operator has to put the prize into the locker
    OPEN = "open"  # the box opens the latch; nobody has to act
    ASK = "ask"  # did the locker open? only a person can tell
    JAM = "jam"  # the locker did not open: a person decides what to do
    TAKE = "take"  # the prize is taken, the door has to be closed, and someone presses complete
    DISPENSED = "dispensed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REFUSED = "refused"

    @property
    def has_ended(self) -> bool:
        """Whether nothing can follow this stage."""
        return self in ENDED


ENDED = frozenset({Stage.DISPENSED, Stage.DECLINED, Stage.CANCELLED, Stage.REFUSED})


class Refusal(StrEnum):
    """Why a typed code was refused; shown on the HUD, never at the front."""

    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    USED = "used"
    IN_USE = "in_use"
    EXPIRED = "expired"
    VOIDED = "voided"
    OTHER_BOX = "other_box"
    NOT_HERE = "not_here"
    UNSURE = "unsure"  # another box may have given its prize out, and is being asked
    LOCKED_OUT = "locked_out"
    NO_LOCKER = "no_locker"
    BAY_BUSY = "bay_busy"
    OTHER = "other"  # a reason that a later release knew, before the box went back to this one

    @classmethod
    def _missing_(cls, value: object) -> Refusal:
        return cls.OTHER


class AnswerKind(StrEnum):
    """What a person can answer to a redemption."""

    LOADED = "loaded"
    SUBSTITUTED = "substituted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    OPENED = "opened"
    JAMMED = "jammed"
    COMPLETED = "completed"
    REOPENED = "reopened"  # the door fell shut too early: open the locker once more
    NOT_TAKEN = "not_taken"  # the attendee has gone: the prize is back in stock
    WRONG = "wrong"  # another prize lay in the locker: the right one is put in
    BROKEN = "broken"  # the unit is written off, another one is put in


class Remedy(StrEnum):
    """What to do about a locker that did not open; part of `jammed`."""

    AGAIN = "again"
    OTHER_LOCKER = "other_locker"


@dataclass(frozen=True)
class Answer:
    """One person's answer to one question.

    `id` makes it idempotent; `step` names the question it answers, so that an answer to an
    earlier question can't be taken for one to the present. `daemon` is the run of boxd that took
    it: what a later run finds undecided was not acknowledged, and is asked for again.
    `deadline_s` is the time on the boot clock until which it may be taken; 0 in the histories of
    the first version.
    """

    id: str
    redemption: str
    step: int
    kind: AnswerKind
    actor: str
    sku: str = ""
    remedy: Remedy | None = None
    reason: str = ""
    seen_shut: bool = False
    daemon: str = ""
    deadline_s: float = 0.0


@dataclass(frozen=True)
class RedemptionStanding:
    """A redemption's standing in the ledger. `since` is ISO 8601, UTC."""

    redemption: str
    bay: str
    stage: Stage
    step: int
    since: str
    locker: int | None = None
    sku: str = ""
    prize: str = ""
    attempt: int = 0
    outcome_unknown: bool = False
    refusal: Refusal | None = None
    home: str = ""  # where the attendee was sent


@dataclass(frozen=True)
class Reply:
    """The result of an answer: accepted, or why not; with the redemption's present standing."""

    accepted: bool
    why: str
    standing: RedemptionStanding


ANSWERS_AT: dict[Stage, frozenset[AnswerKind]] = {
    Stage.LOAD: frozenset(
        {AnswerKind.LOADED, AnswerKind.SUBSTITUTED, AnswerKind.DECLINED, AnswerKind.CANCELLED}
    ),
    Stage.OPEN: frozenset(),
    Stage.ASK: frozenset({AnswerKind.OPENED, AnswerKind.JAMMED}),
    Stage.JAM: frozenset({AnswerKind.OPENED, AnswerKind.JAMMED, AnswerKind.DECLINED}),
    Stage.TAKE: frozenset(
        {
            AnswerKind.COMPLETED,
            AnswerKind.REOPENED,
            AnswerKind.NOT_TAKEN,
            AnswerKind.WRONG,
            AnswerKind.BROKEN,
        }
    ),
}


def why_refused(stage: Stage, step: int, answer: Answer, door: DoorState | None) -> str:
    """Why `answer` can't be accepted at this stage and step; empty if it can.

    `door` is the state of the locker's switch, None without one.
    """
    if stage.has_ended:
        return N_("this redemption has ended ({stage}); nothing is asked any more").format(
            stage=stage
        )
    if answer.kind not in ANSWERS_AT[stage]:
        allowed = ", ".join(sorted(ANSWERS_AT[stage])) or "nothing: the box is at work"
        text = N_("'{answer}' does not answer the present question; possible answers: {allowed}")
        return text.format(answer=answer.kind, allowed=allowed)
    if answer.step != step:
        text = N_("that question (step {old}) has been answered; now at step {new}")
        return text.format(old=answer.step, new=step)
    return _why_incomplete(stage, answer) or _why_door_disagrees(answer, door)


def _why_incomplete(stage: Stage, answer: Answer) -> str:
    if answer.remedy is not None and answer.kind is not AnswerKind.JAMMED:
        return f"a remedy goes with 'jammed' only, not with '{answer.kind}'"
    if answer.sku and answer.kind not in {AnswerKind.SUBSTITUTED, AnswerKind.BROKEN}:
        return f"a sku goes with 'substituted' and 'broken' only, not with '{answer.kind}'"
    if stage is Stage.JAM and answer.kind is AnswerKind.JAMMED and answer.remedy is None:
        return "it is known that the locker did not open; give a remedy: again, other_locker"
    if answer.kind is AnswerKind.SUBSTITUTED and not answer.sku:
        return "a substitution names the prize: give its sku"
    return ""


def _why_door_disagrees(answer: Answer, door: DoorState | None) -> str:
    if door is DoorState.OPEN and answer.kind is AnswerKind.LOADED:
        return N_("the door is open; close it, then confirm again")
    if door is DoorState.OPEN and answer.kind is AnswerKind.REOPENED:
        return N_("the door is already open; there is nothing to open")
    if answer.kind in {AnswerKind.COMPLETED, AnswerKind.NOT_TAKEN}:
        if door is DoorState.OPEN:
            return N_("the door is still open; close it, then press “Taken and closed” again")
        if door is DoorState.UNKNOWN and not answer.seen_shut:
            return N_(
                "the door switch can't be read; look at the door, then press “I see that it is"
                " closed”"
            )
    return ""


def stage_after(stage: Stage, answer: Answer) -> Stage:
    """The stage after an accepted answer."""
    match answer.kind:
        case AnswerKind.LOADED | AnswerKind.REOPENED:
            return Stage.OPEN
        case AnswerKind.SUBSTITUTED | AnswerKind.WRONG | AnswerKind.BROKEN:
            return Stage.LOAD
        case AnswerKind.DECLINED | AnswerKind.NOT_TAKEN:
            return Stage.DECLINED
        case AnswerKind.CANCELLED:
            return Stage.CANCELLED
        case AnswerKind.OPENED:
            return Stage.TAKE
        case AnswerKind.COMPLETED:
            return Stage.DISPENSED
        case AnswerKind.JAMMED:
            if answer.remedy is Remedy.AGAIN:
                return Stage.OPEN
            if answer.remedy is Remedy.OTHER_LOCKER:
                return Stage.LOAD
            return Stage.JAM
