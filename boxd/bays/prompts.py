"""What the operator is asked at each stage, in words, and which key says what. Plain functions.

Written for people under stress: the title is the thing to do. Enter is never the dangerous key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from boxd.devices import DoorState, Key
from boxd.redemption import Answer, AnswerKind, Remedy, Stage, Standing

PRIZES_A_PAGE = 9
"""The operator's keys 1 to 9; 0 is taken."""

DECLINE = "decline"
SUBSTITUTE = "substitute"


class Tone(StrEnum):
    """How an option looks."""

    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True)
class Wording:
    """What an option says to the redemption; everything of an answer but who and when."""

    kind: AnswerKind
    sku: str = ""
    remedy: Remedy | None = None
    seen_shut: bool = False

    def as_json(self) -> dict[str, Any]:
        """The body of the answer's request, without what is empty."""
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
    """One thing that can be said to a prompt, and the key that says it.

    `answer` None opens the menu `opens`, or goes back to the prompt where that is empty.
    """

    id: str
    label: str
    key: Key | None
    tone: Tone = Tone.PLAIN
    answer: Wording | None = None
    opens: str = ""

    def as_json(self) -> dict[str, Any]:
        """The option as values for JSON."""
        return {
            "id": self.id,
            "label": self.label,
            "key": self.key.value if self.key else "",
            "tone": self.tone.value,
            "answer": self.answer.as_json() if self.answer else None,
            "opens": self.opens,
        }


@dataclass(frozen=True)
class Prize:
    """A prize as the operator chooses it."""

    sku: str
    name: str
    on_hand: int


@dataclass(frozen=True)
class Prompt:
    """A question to a person, or what the box is doing where `who` is "box"."""

    id: str
    redemption: str
    step: int
    stage: Stage
    bay: str
    bay_name: str
    locker: int
    sku: str
    prize: str
    who: str
    title: str
    text: str
    since: str
    reminders: int
    options: tuple[Option, ...]
    others: tuple[Prize, ...] = ()

    def menu(self, name: str, page: int = 0) -> tuple[Option, ...]:
        """The options that the keys choose from while menu `name` is open; "" is the prompt."""
        if name == DECLINE:
            return decline_menu(self.prize)
        if name == SUBSTITUTE:
            return substitute_menu(self.others, page)
        return self.options

    def answer(self, wording: Wording, answer_id: str, actor: str) -> Answer:
        """The answer to this prompt that says `wording`."""
        return Answer(
            id=answer_id,
            redemption=self.redemption,
            step=self.step,
            kind=wording.kind,
            actor=actor,
            sku=wording.sku,
            remedy=wording.remedy,
            seen_shut=wording.seen_shut,
        )

    def as_json(self, *, focused: bool = False, menu: str = "", page: int = 0) -> dict[str, Any]:
        """The prompt as values for JSON; `menu` and `page` are what the operator's keys opened."""
        opened = {option.opens for option in self.options if option.opens}
        return {
            "id": self.id,
            "redemption": self.redemption,
            "step": self.step,
            "stage": self.stage.value,
            "bay": self.bay,
            "bay_name": self.bay_name,
            "locker": self.locker,
            "prize": {"sku": self.sku, "name": self.prize},
            "who": self.who,
            "title": self.title,
            "text": self.text,
            "since": self.since,
            "reminders": self.reminders,
            "focused": focused,
            "menu": menu,
            "options": [option.as_json() for option in self.options],
            "menus": {
                name: [option.as_json() for option in self.menu(name, page)]
                for name in sorted(opened)
            },
        }


def prompt_for(
    standing: Standing,
    door: DoorState | None,
    stock: Sequence[Prize],
    reminders: int = 0,
    bay_name: str = "",
) -> Prompt:
    """The prompt for an open redemption. `door` is its locker's switch, None where it has none."""
    title, text = _words(standing, door)
    options = _options(standing, door)
    return Prompt(
        id=f"{standing.redemption}:{standing.step}",
        redemption=standing.redemption,
        step=standing.step,
        stage=standing.stage,
        bay=standing.bay,
        bay_name=bay_name or standing.bay,
        locker=standing.locker or 0,
        sku=standing.sku,
        prize=standing.prize,
        who="operator" if options else "box",
        title=title,
        text=text,
        since=standing.since,
        reminders=reminders,
        options=options,
        others=tuple(p for p in stock if p.on_hand > 0 and p.sku != standing.sku),
    )


def decline_menu(prize: str) -> tuple[Option, ...]:
    """Asks again before a claim is declined; no prompt uses the key that says yes."""
    label = f"Yes, decline: {prize} is not given out"
    declined = Wording(AnswerKind.DECLINED)
    return (
        Option("declined", label, Key.DIGIT_9, Tone.DANGER, declined),
        Option("back", "No, go back", Key.CANCEL),
    )


def substitute_menu(prizes: Sequence[Prize], page: int) -> tuple[Option, ...]:
    """All prizes that can be given instead; those of the page have the keys 1 to 9."""
    first = page % pages_of(prizes) * PRIZES_A_PAGE
    options = [_substitute(prize, number - first) for number, prize in enumerate(prizes, 1)]
    if pages_of(prizes) > 1:
        more = "More prizes on the keys"
        options.append(Option("more", more, Key.ENTER, opens=SUBSTITUTE))
    return (*options, Option("back", "Back", Key.CANCEL))


def pages_of(prizes: Sequence[Prize]) -> int:
    """How many pages the operator's keys need for these prizes."""
    return max(1, -(-len(prizes) // PRIZES_A_PAGE))


def _substitute(prize: Prize, number: int) -> Option:
    key = Key(str(number)) if 1 <= number <= PRIZES_A_PAGE else None
    label = f"{prize.name} ({prize.on_hand} left)"
    wording = Wording(AnswerKind.SUBSTITUTED, sku=prize.sku)
    return Option(f"substituted-{prize.sku}", label, key, answer=wording)


def _words(standing: Standing, door: DoorState | None) -> tuple[str, str]:
    locker, prize = f"locker {standing.locker}", standing.prize
    match standing.stage:
        case Stage.LOAD:
            return f"Put {prize} into {locker}", _load_text(locker, door)
        case Stage.OPEN:
            return f"Opening {locker}", "Nothing to do: one moment."
        case Stage.ASK:
            return f"Did {locker} open?", _ask_text(standing)
        case Stage.JAM:
            return f"{locker.capitalize()} did not open", _jam_text(standing, door)
        case Stage.TAKE:
            title = f"Wait until {prize} is taken, then shut {locker}"
            return title, _take_text(locker, door)
        case _:
            raise ValueError(f"redemption {standing.redemption} has ended: nothing is asked")


def _load_text(locker: str, door: DoorState | None) -> str:
    if door is DoorState.OPEN:
        return f"The door of {locker} is open: put the prize in, shut the door, then confirm."
    return "Shut the locker, then confirm."


def _ask_text(standing: Standing) -> str:
    if standing.outcome_unknown:
        return "The box was interrupted while opening it. Look at the door."
    return "It has no door switch. Look at the door."


def _jam_text(standing: Standing, door: DoorState | None) -> str:
    if door is DoorState.OPEN:
        return "Its door is open now: if you opened it, say 'Opened by hand'."
    tried = f"Tried {standing.attempt} times. " if standing.attempt > 1 else ""
    return f"{tried}Push the door, then try again; or open it by hand."


def _take_text(locker: str, door: DoorState | None) -> str:
    match door:
        case DoorState.OPEN:
            return "The door is open. When it is shut and the prize is gone, confirm."
        case DoorState.CLOSED:
            return "The door is shut. If the prize is gone, confirm."
        case DoorState.UNKNOWN:
            return f"The door switch of {locker} does not answer. Look at the door yourself."
        case None:
            return "It has no door switch. Look at the door, then confirm."


def _options(standing: Standing, door: DoorState | None) -> tuple[Option, ...]:
    match standing.stage:
        case Stage.LOAD:
            return LOAD_OPTIONS
        case Stage.ASK:
            return ASK_OPTIONS
        case Stage.JAM:
            return JAM_OPTIONS
        case Stage.TAKE:
            return TAKE_UNSEEN_OPTIONS if door is DoorState.UNKNOWN else TAKE_OPTIONS
        case _:
            return ()


_DECLINE = Option("decline", "Decline", Key.CANCEL, Tone.DANGER, opens=DECLINE)
_LOADED = Wording(AnswerKind.LOADED)
_OPENED = Wording(AnswerKind.OPENED)
_NOT_OPENED = Wording(AnswerKind.JAMMED)
_AGAIN = Wording(AnswerKind.JAMMED, remedy=Remedy.AGAIN)
_OTHER_LOCKER = Wording(AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
_COMPLETED = Wording(AnswerKind.COMPLETED)
_SEEN_SHUT = Wording(AnswerKind.COMPLETED, seen_shut=True)

LOAD_OPTIONS = (
    Option("loaded", "It is loaded", Key.ENTER, Tone.PRIMARY, _LOADED),
    Option("substitute", "Another prize", Key.DIGIT_1, opens=SUBSTITUTE),
    _DECLINE,
)
ASK_OPTIONS = (
    Option("opened", "Yes, it opened", Key.ENTER, Tone.PRIMARY, _OPENED),
    Option("jammed", "No", Key.CANCEL, Tone.PLAIN, _NOT_OPENED),
)
JAM_OPTIONS = (
    Option("again", "Try again", Key.DIGIT_1, Tone.PRIMARY, _AGAIN),
    Option("other-locker", "Other locker", Key.DIGIT_2, Tone.PLAIN, _OTHER_LOCKER),
    Option("opened", "Opened by hand", Key.DIGIT_3, Tone.PLAIN, _OPENED),
    _DECLINE,
)
TAKE_OPTIONS = (Option("completed", "Taken and shut", Key.ENTER, Tone.PRIMARY, _COMPLETED),)
TAKE_UNSEEN_OPTIONS = (Option("completed", "I see it shut", Key.ENTER, Tone.PRIMARY, _SEEN_SHUT),)
