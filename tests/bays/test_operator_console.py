"""The operator's keys speak to the oldest question, once, and never to one that came meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from boxd.bays.operator_console import ACTOR, ConsoleState, OperatorConsole
from boxd.bays.prompts import OfferedPrize, Prompt, prompt_for
from boxd.devices import DoorState, Key
from boxd.errors import TemporalUnavailable
from boxd.redemption import AnswerKind, Remedy, Stage

from .parts import Fingers, HandClock, RecordingBuzzer, ScriptedDesk, standing, until

STOCK = [OfferedPrize(f"p{number}", f"Prize {number}", 1) for number in range(1, 12)]


def _prompt(
    stage: Stage = Stage.LOAD,
    step: int = 1,
    redemption: str = "r-1",
    since: str = "12:00",
    *,
    door: DoorState | None = None,
    stock: list[OfferedPrize] = STOCK,
) -> Prompt:
    return prompt_for(standing(stage, step, redemption, since=since), door, stock)


OLD = _prompt()
NEW = _prompt(redemption="r-2", since="12:01")


class Keys:
    """The operator's keys with everything around them."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.fingers = Fingers(self.clock)
        self.buzzer = RecordingBuzzer()
        self.redemptions = ScriptedDesk()
        self.changes = 0
        self.console = OperatorConsole(
            self.redemptions,
            self.fingers,
            self.buzzer,
            on_change=self._changed,
            timers=self.clock,
            stuck_key_s=10,
            patience_s=0.05,
        )

    def _changed(self) -> None:
        self.changes += 1

    def show(self, *prompts: Prompt) -> None:
        """Show prompts for long enough that no finger is on its way any more."""
        self.console.update(prompts)
        self.clock.advance(1)

    async def answers(self, count: int = 1) -> list[AnswerKind]:
        await until(lambda: len(self.redemptions.answers) >= count)
        return [answer.kind for answer in self.redemptions.answers]

    @property
    def state(self) -> ConsoleState:
        return self.console.state()


@pytest.fixture
async def keys() -> AsyncIterator[Keys]:
    keys = Keys()
    yield keys
    keys.console.close()


async def test_a_key_gives_the_answer_that_the_prompt_shows_for_it(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.ENTER)
    assert await keys.answers() == [AnswerKind.LOADED]
    (answer,) = keys.redemptions.answers
    assert (answer.redemption, answer.step, answer.actor) == ("r-1", 1, ACTOR)


async def test_the_oldest_question_has_the_focus_and_keeps_it(keys: Keys) -> None:
    keys.show(NEW)
    keys.show(NEW, OLD)
    assert keys.state.focused == NEW.id
    keys.show(OLD)
    assert keys.state.focused == OLD.id
    keys.show()
    assert keys.state.focused == ""


async def test_zero_goes_to_the_next_question_and_round(keys: Keys) -> None:
    opening = _prompt(Stage.OPEN, redemption="r-3", since="11:00")
    keys.show(OLD, NEW, opening)
    focused = [keys.state.focused]
    for _ in range(2):
        keys.fingers.press(Key.DIGIT_0)
        focused.append(keys.state.focused)
    assert focused == [OLD.id, NEW.id, OLD.id]


async def test_what_the_box_does_itself_has_the_focus_only_alone(keys: Keys) -> None:
    opening = _prompt(Stage.OPEN, 2)
    keys.show(opening)
    assert keys.state.focused == opening.id
    keys.show(opening, NEW)
    assert keys.state.focused == NEW.id


async def test_a_press_without_a_question_does_nothing(keys: Keys) -> None:
    keys.fingers.press(Key.ENTER, Key.DIGIT_0)
    assert keys.state == ConsoleState()
    assert keys.redemptions.answers == []


async def test_a_key_without_a_meaning_says_so(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.DIGIT_7)
    assert keys.state.message == "7 does not answer this question; press Enter / 1 / Cancel"


async def test_a_finger_on_its_way_does_not_answer_the_new_question(keys: Keys) -> None:
    keys.show(OLD)
    keys.console.update([NEW])
    keys.clock.advance(0.3)
    keys.fingers.touch(Key.ENTER)
    assert keys.redemptions.answers == []
    keys.fingers.release(Key.ENTER)
    keys.clock.advance(0.2)
    keys.fingers.touch(Key.ENTER)
    assert await keys.answers() == [AnswerKind.LOADED]
    assert keys.redemptions.answers[0].redemption == "r-2"


async def test_a_finger_on_its_way_does_not_answer_options_that_changed(keys: Keys) -> None:
    keys.show(_prompt(Stage.TAKE, door=DoorState.CLOSED))
    keys.console.update([_prompt(Stage.TAKE, door=DoorState.UNKNOWN)])
    keys.fingers.touch(Key.ENTER)
    assert keys.redemptions.answers == []


async def test_an_update_that_changes_nothing_disturbs_no_finger(keys: Keys) -> None:
    keys.show(OLD)
    keys.console.update([_prompt()])
    keys.fingers.touch(Key.ENTER)
    assert await keys.answers() == [AnswerKind.LOADED]


async def test_the_operators_own_zero_needs_no_pause(keys: Keys) -> None:
    keys.show(OLD, NEW)
    keys.fingers.press(Key.DIGIT_0, Key.ENTER)
    await keys.answers()
    assert keys.redemptions.answers[0].redemption == "r-2"


async def test_declining_needs_a_second_key(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.CANCEL)
    assert keys.state.menu == "decline"
    keys.fingers.press(Key.CANCEL)
    assert keys.state.menu == ""
    keys.fingers.press(Key.CANCEL, Key.ENTER)
    assert keys.redemptions.answers == []
    keys.fingers.press(Key.DIGIT_9)
    assert await keys.answers() == [AnswerKind.DECLINED]


async def test_another_prize_is_chosen_from_pages(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.DIGIT_1, Key.ENTER)
    assert (keys.state.menu, keys.state.page) == ("substitute", 1)
    keys.fingers.press(Key.DIGIT_2)
    assert await keys.answers() == [AnswerKind.SUBSTITUTED]
    assert keys.redemptions.answers[0].sku == "p11"


async def test_pages_go_round_and_back_leaves_them(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.DIGIT_1, Key.ENTER, Key.ENTER)
    assert (keys.state.menu, keys.state.page) == ("substitute", 0)
    keys.fingers.press(Key.CANCEL)
    assert keys.state == ConsoleState(OLD.id)


async def test_prizes_that_move_to_other_keys_are_not_chosen_by_a_finger_on_its_way(
    keys: Keys,
) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.DIGIT_1)
    keys.console.update([_prompt(stock=STOCK[1:])])
    keys.fingers.touch(Key.DIGIT_1)
    assert keys.redemptions.answers == []


async def test_a_menu_closes_with_its_question(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.CANCEL)
    keys.show(_prompt(step=2))
    assert keys.state == ConsoleState("r-1:2")


async def test_a_jam_is_tried_again_by_key_one(keys: Keys) -> None:
    keys.show(_prompt(Stage.JAM, 4))
    keys.fingers.press(Key.DIGIT_1)
    assert await keys.answers() == [AnswerKind.JAMMED]
    assert keys.redemptions.answers[0].remedy is Remedy.AGAIN


async def test_presses_while_an_answer_is_under_way_are_ignored(keys: Keys) -> None:
    keys.redemptions.gate.clear()
    keys.show(OLD)
    keys.fingers.press(Key.ENTER, Key.ENTER, Key.DIGIT_0, Key.CANCEL)
    assert await keys.answers() == [AnswerKind.LOADED]
    assert keys.state == ConsoleState(OLD.id)


async def test_after_an_accepted_answer_keys_wait_for_the_new_question(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.press(Key.ENTER)
    await keys.answers()
    await until(lambda: len(asyncio.all_tasks()) == 1)
    keys.fingers.press(Key.ENTER)
    assert len(keys.redemptions.answers) == 1
    keys.show(_prompt(Stage.TAKE, 3))
    keys.fingers.press(Key.ENTER)
    assert await keys.answers(2) == [AnswerKind.LOADED, AnswerKind.COMPLETED]


async def test_a_refused_answer_is_heard_said_and_can_be_given_again(keys: Keys) -> None:
    keys.redemptions.refusal = "the door is open; close it, then confirm again"
    keys.show(OLD)
    keys.fingers.press(Key.ENTER)
    await until(lambda: keys.state.message)
    assert keys.state.message == "Not accepted: the door is open; close it, then confirm again"
    assert len(keys.buzzer.sounded) == 1
    keys.redemptions.refusal = ""
    keys.fingers.press(Key.ENTER)
    await keys.answers(2)
    assert keys.state.message == ""
    assert len({answer.id for answer in keys.redemptions.answers}) == 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TemporalUnavailable("Temporal does not answer; one moment"), "does not answer"),
        (ZeroDivisionError("a bug"), "journal"),
    ],
)
async def test_an_answer_that_can_not_be_given_is_said(
    keys: Keys, error: Exception, message: str
) -> None:
    keys.redemptions.down = error
    keys.show(OLD)
    keys.fingers.press(Key.ENTER)
    await until(lambda: message in keys.state.message)


async def test_a_reply_that_never_comes_frees_the_keys(keys: Keys) -> None:
    keys.redemptions.gate.clear()
    keys.show(OLD)
    keys.fingers.press(Key.ENTER)
    await until(lambda: "in time" in keys.state.message)
    keys.fingers.press(Key.ENTER)
    await keys.answers(2)


async def test_the_hud_is_told_of_every_change_of_focus_menu_and_message(keys: Keys) -> None:
    keys.show(OLD, NEW)
    changes = keys.changes
    keys.fingers.press(Key.DIGIT_0, Key.CANCEL, Key.DIGIT_7)
    assert keys.changes == changes + 3


async def test_a_stuck_key_is_named_and_the_others_go_on(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.touch(Key.DIGIT_7)
    keys.clock.advance(11)
    assert keys.console.stuck() == (Key.DIGIT_7,)
    keys.fingers.press(Key.ENTER)
    assert await keys.answers() == [AnswerKind.LOADED]


async def test_a_keypad_that_was_away_holds_no_key(keys: Keys) -> None:
    keys.show(OLD)
    keys.fingers.touch(Key.DIGIT_7)
    keys.console.forget_touches()
    keys.fingers.press(Key.ENTER)
    assert await keys.answers() == [AnswerKind.LOADED]


async def test_a_key_is_called_as_it_is_printed() -> None:
    fingers = Fingers(clock := HandClock())
    console = OperatorConsole(
        ScriptedDesk(),
        fingers,
        None,
        on_change=lambda: None,
        timers=clock,
        stuck_key_s=10,
        key_labels={Key.CANCEL: "Backspace"},
    )
    console.update([OLD])
    clock.advance(1)
    fingers.press(Key.DIGIT_7)
    wanted = "7 does not answer this question; press Enter / 1 / Backspace"
    assert console.state().message == wanted


async def test_a_box_without_operators_keys_still_holds_the_focus() -> None:
    console = OperatorConsole(
        ScriptedDesk(), None, None, on_change=lambda: None, timers=HandClock(), stuck_key_s=10
    )
    console.update([NEW, OLD])
    assert console.state().focused == OLD.id
