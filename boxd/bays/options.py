"""The options of each stage and of the menus, with their keys. Plain data.

Enter is never the dangerous key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from boxd.devices import DoorState, Key
from boxd.redemption import AnswerKind, Remedy, Stage
from boxd.words import N_
from boxd.words import gettext as _

PRIZES_A_PAGE = 9
"""The operator's keys 1 to 9; 0 has another use."""

DECLINE = "decline"
SUBSTITUTE = "substitute"
OTHERWISE = "otherwise"
REPLACE = "replace"


class Tone(StrEnum):
    """How an option looks."""

    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True)
class AnswerContent:
    """The content of an option's answer, without its person and time."""

    kind: AnswerKind
    sku: str = ""
    remedy: Remedy | None = None
    seen_shut: bool = False

    def as_json(self) -> dict[str, Any]:
        """The body of the answer's request, without empty values."""
        said: dict[str, Any] = {"kind": self.kind.value}
        if self.sku:
            said["sku"] = self.sku
        if self.remedy is not None:
            said["remedy"] = self.remedy.value
        if self.seen_shut:
            said["seen_shut"] = True
        return said


@dataclass(frozen=True)
class Option:
    """One possible answer to a prompt, and its key; `note` is what to know about it.

    `answer` None opens the menu `opens`, or returns to the prompt if that is empty.
    """

    id: str
    label: str
    key: Key | None
    tone: Tone = Tone.PLAIN
    answer: AnswerContent | None = None
    opens: str = ""
    note: str = ""

    @property
    def is_prize(self) -> bool:
        """Whether its label is a prize's name, which nobody translates."""
        return self.answer is not None and self.answer.sku != ""

    def as_json(self) -> dict[str, Any]:
        """The option as values for JSON."""
        return {
            "id": self.id,
            "label": self.label if self.is_prize else _(self.label),
            "note": self.note,
            "key": self.key.value if self.key else "",
            "tone": self.tone.value,
            "answer": self.answer.as_json() if self.answer else None,
            "opens": self.opens,
        }


@dataclass(frozen=True)
class OfferedPrize:
    """A prize in the operator's list."""

    sku: str
    name: str
    on_hand: int


_DECLINE = Option("decline", N_("Decline"), Key.CANCEL, Tone.DANGER, opens=DECLINE)
_LOADED = AnswerContent(AnswerKind.LOADED)
_OPENED = AnswerContent(AnswerKind.OPENED)
_NOT_OPENED = AnswerContent(AnswerKind.JAMMED)
_AGAIN = AnswerContent(AnswerKind.JAMMED, remedy=Remedy.AGAIN)
_OTHER_LOCKER = AnswerContent(AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
_COMPLETED = AnswerContent(AnswerKind.COMPLETED)
_SEEN_SHUT = AnswerContent(AnswerKind.COMPLETED, seen_shut=True)
_REOPENED = AnswerContent(AnswerKind.REOPENED)
_WRONG = AnswerContent(AnswerKind.WRONG)
_BROKEN = AnswerContent(AnswerKind.BROKEN)

_LOADED_OPTION = Option("loaded", N_("It is loaded"), Key.ENTER, Tone.PRIMARY, _LOADED)
LOAD_OPTIONS = (
    _LOADED_OPTION,
    Option("substitute", N_("Another prize"), Key.DIGIT_1, opens=SUBSTITUTE),
    _DECLINE,
)
ASK_OPTIONS = (
    Option("opened", N_("Yes, it opened"), Key.ENTER, Tone.PRIMARY, _OPENED),
    Option("jammed", N_("No"), Key.CANCEL, Tone.PLAIN, _NOT_OPENED),
)
JAM_OPTIONS = (
    Option("again", N_("Try again"), Key.DIGIT_1, Tone.PRIMARY, _AGAIN),
    Option("other-locker", N_("Another locker"), Key.DIGIT_2, Tone.PLAIN, _OTHER_LOCKER),
    Option("opened", N_("Opened by hand"), Key.DIGIT_3, Tone.PLAIN, _OPENED),
    _DECLINE,
)
_OTHERWISE = Option("otherwise", N_("Something else"), Key.DIGIT_1, opens=OTHERWISE)
TAKE_OPTIONS = (
    Option("completed", N_("Taken and closed"), Key.ENTER, Tone.PRIMARY, _COMPLETED),
    _OTHERWISE,
)
TAKE_UNSEEN_OPTIONS = (
    Option("completed", N_("I see that it is closed"), Key.ENTER, Tone.PRIMARY, _SEEN_SHUT),
    _OTHERWISE,
)


def options_at(
    stage: Stage, door: DoorState | None, others: Sequence[OfferedPrize]
) -> tuple[Option, ...]:
    """The options of a stage; `others` are the prizes that could be given instead."""
    match stage:
        case Stage.LOAD:
            return LOAD_OPTIONS if others else (_LOADED_OPTION, _DECLINE)
        case Stage.ASK:
            return ASK_OPTIONS
        case Stage.JAM:
            return JAM_OPTIONS
        case Stage.TAKE:
            return TAKE_UNSEEN_OPTIONS if door is DoorState.UNKNOWN else TAKE_OPTIONS
        case _:
            return ()


def decline_menu(prize: str) -> tuple[Option, ...]:
    """The second question before a claim is declined; no prompt uses the key that says yes."""
    label = _("Yes, decline: {prize} is not given out").format(prize=prize)
    declined = AnswerContent(AnswerKind.DECLINED)
    return (
        Option("declined", label, Key.DIGIT_9, Tone.DANGER, declined),
        Option("back", N_("No, go back"), Key.CANCEL),
    )


def otherwise_menu(
    door: DoorState | None, is_more: bool, others: Sequence[OfferedPrize], decline_voids: bool
) -> tuple[Option, ...]:
    """What else can have happened while the prize was to be taken.

    `is_more`: another unit of the same prize is on hand.
    """
    not_taken = AnswerContent(AnswerKind.NOT_TAKEN, seen_shut=door is DoorState.UNKNOWN)
    after = _("the code is void") if decline_voids else _("the code can be used again")
    options = [Option("wrong", N_("Wrong prize inside"), Key.DIGIT_2, answer=_WRONG)]
    if door is not DoorState.OPEN:
        options.insert(0, Option("reopened", N_("Open it again"), Key.DIGIT_1, answer=_REOPENED))
    if is_more:
        options.append(Option("broken", N_("Broken: take another"), Key.DIGIT_3, answer=_BROKEN))
    elif others:
        options.append(Option("broken", N_("Broken: another prize"), Key.DIGIT_3, opens=REPLACE))
    label = N_("Not taken: it is back in stock")
    options.append(Option("not-taken", label, Key.DIGIT_9, Tone.DANGER, not_taken, note=after))
    return (*options, Option("back", N_("Back"), Key.CANCEL))


def replace_menu(prizes: Sequence[OfferedPrize]) -> tuple[Option, ...]:
    """The prizes that can be given in the place of a broken one; the first nine have keys."""
    options = [
        replace(
            _substitute(prize, number),
            id=f"broken-{prize.sku}",
            answer=AnswerContent(AnswerKind.BROKEN, sku=prize.sku),
        )
        for number, prize in enumerate(prizes, 1)
    ]
    return (*options, Option("back", N_("Back"), Key.CANCEL))


def substitute_menu(prizes: Sequence[OfferedPrize], page: int) -> tuple[Option, ...]:
    """All prizes that can be given instead; those on the page have the keys 1 to 9."""
    first = page % pages_of(prizes) * PRIZES_A_PAGE
    options = [_substitute(prize, number - first) for number, prize in enumerate(prizes, 1)]
    if pages_of(prizes) > 1:
        options.append(Option("more", N_("More prizes"), Key.ENTER, opens=SUBSTITUTE))
    return (*options, Option("back", N_("Back"), Key.CANCEL))


def pages_of(prizes: Sequence[OfferedPrize]) -> int:
    """The number of pages that the operator's keys need for these prizes."""
    return max(1, -(-len(prizes) // PRIZES_A_PAGE))


def _substitute(prize: OfferedPrize, number: int) -> Option:
    key = Key(str(number)) if 1 <= number <= PRIZES_A_PAGE else None
    wording = AnswerContent(AnswerKind.SUBSTITUTED, sku=prize.sku)
    left = _("{count} left").format(count=prize.on_hand)
    return Option(f"substituted-{prize.sku}", prize.name, key, answer=wording, note=left)
