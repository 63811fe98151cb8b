"""The operator's keys answer a playbook's question, and nothing that they were not shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from boxd.bays.operator_console import ACTOR, OperatorConsole
from boxd.bays.prompts import prompt_for
from boxd.devices import Key
from boxd.errors import Refused
from boxd.recovery import GIVE_UP, Choice, RecoveryAnswer, RecoveryQuestion, RecoveryStanding
from boxd.recovery import RecoveryTaken as Taken
from boxd.redemption import Stage
from tests.bays.parts import (
    Fingers,
    HandClock,
    RecordingBuzzer,
    ScriptedDesk,
    standing,
    until,
)

YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
JAM = RecoveryQuestion("jam-1", 1, "A locker is jammed", "Is it open now?", YES_NO)
COUNT = RecoveryQuestion(
    "count-1.1-1", 4, "A unit is missing", "How many?", (Choice("counted", "That many"),), True
)
KEYS_LOST = replace(JAM, recovery="lost-1", needs_sign_in=True)


class Books:
    """Takes the answers, and keeps them; `error` is raised instead."""

    def __init__(self) -> None:
        self.answers: list[RecoveryAnswer] = []
        self.error: Refused | None = None

    async def answer(self, answer: RecoveryAnswer) -> Taken:
        self.answers.append(answer)
        if self.error is not None:
            raise self.error
        return Taken(
            True, "", RecoveryStanding(answer.recovery, "next", answer.number + 1, False, "")
        )


class Pad:
    """The operator's keys, and playbooks behind them."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.fingers = Fingers(self.clock)
        self.buzzer = RecordingBuzzer()
        self.books = Books()
        self.changes = 0
        self.console = OperatorConsole(
            ScriptedDesk(),
            self.fingers,
            self.buzzer,
            on_change=self._changed,
            timers=self.clock,
            stuck_key_s=10,
            recoveries=self.books,
            key_labels={Key.ENTER: "OK"},
        )

    def _changed(self) -> None:
        self.changes += 1

    def show(self, *questions: RecoveryQuestion) -> None:
        """Show questions for long enough that no finger is on its way any more."""
        self.console.update((), questions)
        self.clock.advance(1)

    def press(self, keys: str) -> None:
        for name in keys.split():
            self.fingers.press(Key(name))

    async def answered(self) -> RecoveryAnswer:
        await until(lambda: bool(self.books.answers))
        return self.books.answers[-1]

    @property
    def shown(self) -> dict[str, object]:
        view = self.console.recovery()
        assert view is not None
        return view

    @property
    def keys(self) -> dict[str, str]:
        options = self.shown["options"]
        assert isinstance(options, list)
        return {each["key"]: each["label"] for each in options}


@pytest.fixture
async def pad() -> AsyncIterator[Pad]:
    pad = Pad()
    yield pad
    pad.console.close()


async def test_a_digit_gives_the_choice_beside_it(pad: Pad) -> None:
    pad.show(JAM)
    assert pad.keys == {"1": "Yes", "2": "No", "Cancel": "End it here"}
    pad.press("2")
    answer = await pad.answered()
    assert (answer.recovery, answer.choice, answer.number) == ("jam-1", "no", 1)
    assert (answer.actor, answer.count) == (ACTOR, None)


async def test_a_number_is_typed_corrected_and_sent(pad: Pad) -> None:
    pad.show(COUNT)
    pad.press("0 4 Cancel 1 0 7")
    assert pad.shown["typed"] == "107"
    assert pad.keys["Cancel"] == "Delete"
    pad.press("Enter")
    answer = await pad.answered()
    assert (answer.choice, answer.count) == ("counted", 107)


async def test_no_number_is_no_nought(pad: Pad) -> None:
    pad.show(COUNT)
    pad.press("Enter")
    assert pad.books.answers == []
    assert pad.shown["message"] == "Type how many there are, then press OK."


async def test_a_number_has_no_more_digits_than_the_ledger_takes(pad: Pad) -> None:
    pad.show(COUNT)
    pad.press(" ".join("9" * 30))
    assert len(str(pad.shown["typed"])) == 7


async def test_a_key_without_a_meaning_says_which_have_one(pad: Pad) -> None:
    pad.show(JAM)
    pad.press("7")
    assert pad.books.answers == []
    assert pad.shown["message"] == "7 does not answer this question; press 1 / 2 / Cancel"


async def test_a_playbook_is_ended_by_two_keys_of_which_one_is_far_away(pad: Pad) -> None:
    pad.show(JAM)
    pad.press("Cancel")
    assert pad.keys == {"9": "End it here", "Cancel": "No, go back"}
    pad.press("Cancel")
    assert pad.keys["1"] == "Yes"
    pad.press("Cancel")
    pad.clock.advance(1)
    pad.press("9")
    assert (await pad.answered()).choice == GIVE_UP


async def test_a_finger_on_its_way_does_not_answer_the_question_that_came(pad: Pad) -> None:
    pad.show(JAM)
    pad.console.update((), [replace(JAM, number=2, text="What lies in it?")])
    pad.press("1")
    assert pad.books.answers == []
    pad.clock.advance(1)
    pad.press("1")
    assert (await pad.answered()).number == 2


async def test_a_claim_goes_first_and_what_was_typed_for_a_playbook_is_gone(pad: Pad) -> None:
    pad.show(COUNT)
    pad.press("1 2")
    claim = prompt_for(standing(Stage.LOAD), None, [])
    pad.console.update([claim], [COUNT])
    assert pad.console.recovery() is None
    pad.clock.advance(1)
    pad.press("1")
    assert pad.books.answers == []
    pad.show(COUNT)
    assert pad.shown["typed"] == ""


async def test_the_keys_stay_with_their_playbook_and_0_goes_to_the_next(pad: Pad) -> None:
    other = replace(JAM, recovery="other-1")
    child = replace(JAM, recovery="other-1.2-1", text="Its first child")
    pad.show(JAM, other)
    assert (pad.shown["id"], pad.shown["others"]) == ("jam-1:1", 1)
    pad.press("0")
    assert pad.shown["id"] == "other-1:1"
    pad.show(JAM, child)
    assert pad.shown["text"] == "Its first child"


async def test_what_keys_may_not_answer_says_who_may(pad: Pad) -> None:
    pad.show(KEYS_LOST)
    pad.press("1")
    assert pad.books.answers == []
    assert "signed-in" in str(pad.shown["message"])
    assert "lost-1" in str(pad.shown["message"])


async def test_a_refusal_is_heard_and_read(pad: Pad) -> None:
    pad.show(JAM)
    pad.books.error = Refused("no unit is there")
    pad.press("1")
    await until(lambda: pad.shown["message"] != "")
    assert pad.shown["message"] == "Not accepted: no unit is there"
    assert pad.buzzer.sounded
    assert pad.changes


async def test_one_press_is_one_answer_while_the_box_thinks(pad: Pad) -> None:
    pad.show(JAM)
    pad.press("1 1 2")
    await pad.answered()
    pad.press("2")
    assert len(pad.books.answers) == 1


async def test_a_box_without_keys_has_no_question_for_them() -> None:
    console = OperatorConsole(
        ScriptedDesk(), None, None, on_change=lambda: None, timers=HandClock(), stuck_key_s=10
    )
    console.update((), [JAM])
    assert console.recovery() is None
