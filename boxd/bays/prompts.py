"""The operator's questions at each stage, in words. Pure functions.

Written for people under stress: the title is the thing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from boxd.bays.options import (
    DECLINE,
    OTHERWISE,
    REPLACE,
    SUBSTITUTE,
    AnswerContent,
    OfferedPrize,
    Option,
    decline_menu,
    options_at,
    otherwise_menu,
    replace_menu,
    substitute_menu,
)
from boxd.devices import DoorState
from boxd.names import in_order
from boxd.redemption import Answer, RedemptionStanding, Stage
from boxd.words import gettext as _
from boxd.words import ngettext, translate

__all__ = ["OfferedPrize", "Prompt", "prompt_for"]


@dataclass(frozen=True)
class Prompt:
    """A question to a person, or what the box is doing if `who` is "box"."""

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
    others: tuple[OfferedPrize, ...] = ()
    decline_voids: bool = False
    door: DoorState | None = None
    is_more: bool = False

    def menu(self, name: str, page: int = 0) -> tuple[Option, ...]:
        """The options that the keys choose from while menu `name` is open; "" is the prompt."""
        if name == DECLINE:
            return decline_menu(self.prize)
        if name == SUBSTITUTE:
            return substitute_menu(self.others, page)
        if name == OTHERWISE:
            return otherwise_menu(self.door, self.is_more, self.others, self.decline_voids)
        if name == REPLACE:
            return replace_menu(self.others)
        return self.options

    def _menus(self) -> set[str]:
        """The menus that can be reached from the question."""
        opened = {option.opens for option in self.options if option.opens}
        return opened | {
            option.opens for name in opened for option in self.menu(name) if option.opens
        }

    def _menu_words(self, name: str) -> dict[str, str]:
        if name == DECLINE:
            if self.decline_voids:
                text = _("The prize stays here, and the code is void.")
            else:
                text = _("The prize stays here. The attendee can use the code again.")
            return {"title": _("Really decline?"), "text": text}
        if name == OTHERWISE:
            return {
                "title": _("What happened?"),
                "text": _("Say what is true: the box records it."),
            }
        return {"title": _("Which prize instead?"), "text": _("It goes into the same locker.")}

    def answer(self, wording: AnswerContent, answer_id: str, actor: str) -> Answer:
        """The answer to this prompt with the content `wording`."""
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
        """The prompt as values for JSON; the operator's keys opened `menu` and `page`."""
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
            "page": page,
            "options": [option.as_json() for option in self.options],
            "menus": {
                name: self._menu_words(name)
                | {"options": [option.as_json() for option in self.menu(name, page)]}
                for name in sorted(self._menus())
            },
        }


def prompt_for(
    standing: RedemptionStanding,
    door: DoorState | None,
    stock: Sequence[OfferedPrize],
    reminders: int = 0,
    bay_name: str = "",
    why_no_latch: str = "",
    latch_let_go: bool = False,
    decline_voids: bool = False,
) -> Prompt:
    """The prompt for an open redemption. `door` is its locker's switch, None without one.

    `why_no_latch` says why the latch can't be reached now; empty if it can. `latch_let_go`: the
    latch's own contact has reported a release. `decline_voids`: a declined claim voids its code.
    """
    title, text = _words(standing, door)
    if latch_let_go and standing.stage is Stage.JAM and door is not DoorState.OPEN:
        text = _("The latch opened, but the door is closed. Pull at the door, or try again.")
    if why_no_latch and standing.stage is Stage.JAM:
        away = _("Its board can't be reached ({why}).").format(why=translate(why_no_latch))
        text = f"{away} {text}"
    there = (prize for prize in stock if prize.on_hand > 0 and prize.sku != standing.sku)
    others = tuple(sorted(there, key=lambda prize: (in_order(prize.name), prize.sku)))
    options = options_at(standing.stage, door, others)
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
        others=others,
        decline_voids=decline_voids,
        door=door,
        is_more=any(prize.sku == standing.sku and prize.on_hand > 0 for prize in stock),
    )


def _words(standing: RedemptionStanding, door: DoorState | None) -> tuple[str, str]:
    locker, prize = standing.locker, standing.prize
    match standing.stage:
        case Stage.LOAD:
            title = _("Put {prize} into locker {locker}")
            return title.format(prize=prize, locker=locker), _load_text(locker, door)
        case Stage.OPEN:
            title = _("Opening locker {locker}")
            return title.format(locker=locker), _("Nothing to do: one moment.")
        case Stage.ASK:
            return _("Did locker {locker} open?").format(locker=locker), _ask_text(standing, door)
        case Stage.JAM:
            title = _("Locker {locker} did not open")
            return title.format(locker=locker), _jam_text(standing, door)
        case Stage.TAKE:
            title = _("Wait until {prize} is taken, then close locker {locker}")
            return title.format(prize=prize, locker=locker), _take_text(locker, door)
        case _:
            raise ValueError(f"redemption {standing.redemption} has ended: nothing is asked")


def _load_text(locker: int | None, door: DoorState | None) -> str:
    if door is DoorState.OPEN:
        text = _("Locker {locker} is open: put the prize in, close the door, then confirm.")
        return text.format(locker=locker)
    return _("Close the locker, then confirm.")


def _ask_text(standing: RedemptionStanding, door: DoorState | None) -> str:
    if standing.outcome_unknown:
        return _("The box was interrupted while opening it. Look at the door.")
    if door is DoorState.UNKNOWN:
        return _("Its door switch does not answer. Look at the door.")
    return _("It has no door switch. Look at the door.")


def _jam_text(standing: RedemptionStanding, door: DoorState | None) -> str:
    if door is DoorState.OPEN:
        return _("Its door is open now. If you opened it, press “Opened by hand”.")
    text = _("Push the door, then try again; or open it by hand.")
    if standing.attempt < 2:
        return text
    tried = ngettext("Tried {count} time.", "Tried {count} times.", standing.attempt)
    return f"{tried.format(count=standing.attempt)} {text}"


def _take_text(locker: int | None, door: DoorState | None) -> str:
    match door:
        case DoorState.OPEN:
            return _("The door is open. When the prize is gone and the door closed, confirm.")
        case DoorState.CLOSED:
            return _("The door is closed. If the prize is gone, confirm.")
        case DoorState.UNKNOWN:
            text = _("The door switch of locker {locker} does not answer. Look at the door.")
            return text.format(locker=locker)
        case None:
            return _("It has no door switch. Look at the door, then confirm.")
