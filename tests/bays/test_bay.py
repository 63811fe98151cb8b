"""A bay from outside: keys in; lamps, beeps, words and what is asked of the redemptions out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from boxd.bays.bay import Bay, BayDevices
from boxd.bays.check import RetryLimits
from boxd.config import schema
from boxd.device_parts import ReportedReader
from boxd.devices import Key
from boxd.errors import LedgerUnusable, Refused, TemporalUnavailable
from boxd.ledger.check_digit import check_digit
from boxd.ledger.scanned_code import text_to_scan
from boxd.redemption import AnswerKind, Refusal, Stage

from .parts import (
    Fingers,
    HandClock,
    RecordingBuzzer,
    RecordingLamps,
    ScriptedDesk,
    refused,
    standing,
    until,
)

CODE = "31415926"
OWN_CODE = "3141592" + check_digit("3141592")
NOON = datetime(2026, 11, 21, 12, 3, tzinfo=UTC)


class Front:
    """One bay with everything around it."""

    def __init__(self, *, serving: bool = True) -> None:
        self.clock = HandClock()
        self.keys = Fingers(self.clock)
        self.lamps = RecordingLamps()
        self.buzzer = RecordingBuzzer()
        self.redemptions = ScriptedDesk()
        self.reader = ReportedReader()
        self.changes = 0
        self.bay = Bay(
            schema.BaySection(id="bay-1", name="Left", keypad="b", lamps="b", buzzer="b"),
            schema.Timeouts(),
            BayDevices(self.keys, self.lamps.by_name(), self.buzzer, self.reader),
            self.redemptions,
            on_change=self._changed,
            timers=self.clock,
            now=lambda: NOON,
            retry_limits=RetryLimits(longest_s=0.2, retry_s=0.001),
        )
        if serving:
            self.bay.availability.serve(ready=True)

    def _changed(self) -> None:
        self.changes += 1

    @property
    def text(self) -> str:
        return self.bay.view().text

    @property
    def state(self) -> str:
        return self.bay.view().state.value

    @property
    def pattern(self) -> str:
        return self.bay.view().lamps

    @property
    def last(self) -> str:
        last = self.bay.view().last
        return last.text if last else ""

    def type_code(self) -> None:
        self.keys.type(CODE)
        self.keys.press(Key.ENTER)


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    front = Front()
    yield front
    front.bay.close()


# Typing


async def test_the_standby_lamp_is_lit_before_the_touch_of_enter_returns(front: Front) -> None:
    front.keys.type(CODE)
    front.clock.advance(1)
    assert front.lamps.lit == {"success"}
    front.keys.touch(Key.ENTER)
    assert front.lamps.lit == {"standby"}
    assert front.redemptions.begun == []
    await until(lambda: front.redemptions.begun)
    assert front.redemptions.begun == [("bay-1", CODE)]


async def test_each_counted_digit_is_echoed_at_once_and_shown_as_a_count(front: Front) -> None:
    front.keys.touch(Key.DIGIT_3)
    assert front.lamps.lit == {"success", "standby"}
    front.clock.advance(0.1)
    assert front.lamps.lit == {"success"}
    assert front.bay.view().typed == 1


async def test_enter_without_digits_asks_nothing_and_shows_a_short_failure(front: Front) -> None:
    front.keys.touch(Key.ENTER)
    assert front.lamps.lit == {"failure"}
    front.clock.advance(0.2)
    assert front.lamps.lit == {"success"}
    assert front.redemptions.begun == []
    assert front.buzzer.sounded == []


async def test_cancel_drops_what_was_typed(front: Front) -> None:
    front.keys.type("314")
    front.keys.press(Key.CANCEL)
    assert front.bay.view().typed == 0
    front.keys.press(Key.ENTER)
    assert front.redemptions.begun == []


async def test_a_pause_drops_what_was_typed_and_the_hud_is_told(front: Front) -> None:
    front.keys.type("314")
    changes = front.changes
    front.clock.advance(schema.Timeouts().typing_s + 1)
    assert front.changes > changes
    assert front.bay.view().typed == 0


async def test_keys_are_ignored_while_a_code_is_checked(front: Front) -> None:
    front.redemptions.gate.clear()
    front.type_code()
    front.keys.type("123")
    front.keys.press(Key.CANCEL, Key.ENTER)
    await until(lambda: front.redemptions.begun)
    assert front.state == "checking"
    assert front.bay.view().typed == 0
    assert len(front.redemptions.begun) == 1


async def test_a_stuck_key_is_named_and_holds_nobody_up(front: Front) -> None:
    front.keys.touch(Key.DIGIT_5)
    front.clock.advance(schema.Timeouts().stuck_key_s + 0.1)
    assert front.text == "Ready for a code (key 5 is stuck: clean the keypad)"
    front.clock.advance(20)
    front.type_code()
    await until(lambda: front.redemptions.begun)
    assert front.redemptions.begun[0][1] == CODE.replace("5", "")
    front.keys.release(Key.DIGIT_5)
    assert front.bay.view().stuck == ()


async def test_a_keypad_that_was_away_holds_no_key(front: Front) -> None:
    front.keys.touch(Key.DIGIT_5)
    front.bay.forget_touches()
    front.keys.type("12")
    assert front.bay.view().typed == 3


async def test_nothing_is_held_against_a_board_that_was_deaf_while_it_pulsed(front: Front) -> None:
    front.bay.follow(standing(Stage.OPEN, 2))
    front.keys.touch(Key.DIGIT_5)
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.follow(standing(Stage.DISPENSED, 4))
    front.keys.type("12")
    assert front.bay.view().typed == 2


# Verdicts


async def test_an_accepted_code_is_celebrated_then_waits_for_loading(front: Front) -> None:
    front.type_code()
    front.bay.follow(standing(Stage.LOAD))
    assert front.lamps.lit == {"success", "standby"}
    assert (front.state, front.pattern) == ("busy", "load")
    assert front.text == "Waiting for Mug in locker 1"
    assert front.bay.view().redemption == "r-1"
    front.clock.advance(0.8)
    assert front.lamps.lit == {"standby"}


async def test_a_redemption_found_at_start_is_shown_without_celebration(front: Front) -> None:
    front.bay.follow(standing(Stage.LOAD))
    assert front.lamps.lit == {"standby"}


async def test_a_verdict_told_twice_is_shown_once(front: Front) -> None:
    front.type_code()
    front.bay.follow(refused(Refusal.USED))
    front.clock.advance(10)
    front.bay.follow(refused(Refusal.USED))
    assert front.pattern == "ready"
    assert len(front.buzzer.sounded) == 1


@pytest.mark.parametrize("refusal", Refusal)
async def test_every_refusal_is_shown_heard_and_worded_then_the_bay_is_ready(
    front: Front, refusal: Refusal
) -> None:
    front.type_code()
    front.bay.follow(refused(refusal))
    assert front.lamps.lit == {"failure"}
    assert front.pattern == "refused"
    assert len(front.buzzer.sounded) == 1
    assert front.last.startswith("Code refused: ")
    assert front.state == "ready"
    front.clock.advance(schema.Timeouts().refused_shows_s + 0.1)
    assert front.lamps.lit == {"success"}


async def test_a_refused_attendee_may_type_again_at_once(front: Front) -> None:
    front.type_code()
    await until(lambda: front.redemptions.begun)
    front.bay.follow(refused(Refusal.MISTYPED))
    front.type_code()
    assert front.lamps.lit == {"standby"}
    await until(lambda: len(front.redemptions.begun) == 2)


async def test_a_verdict_that_comes_before_begin_returns_counts(front: Front) -> None:
    front.redemptions.gate.clear()
    front.type_code()
    await until(lambda: front.redemptions.begun)
    front.bay.follow(refused(Refusal.UNKNOWN))
    front.type_code()
    await until(lambda: len(front.redemptions.begun) == 2)
    front.redemptions.errors = [Refused("too late to matter")]
    front.redemptions.gate.set()
    await until(lambda: front.redemptions.errors == [])
    assert front.last == "Code refused: no such code"


@pytest.mark.parametrize(
    ("stage", "lamps", "state"),
    [
        (Stage.LOAD, {"standby"}, "busy"),
        (Stage.OPEN, {"success"}, "busy"),
        (Stage.ASK, {"standby"}, "busy"),
        (Stage.JAM, {"standby"}, "busy"),
        (Stage.TAKE, {"success"}, "busy"),
        (Stage.DISPENSED, {"success"}, "ready"),
        (Stage.DECLINED, {"failure"}, "ready"),
        (Stage.CANCELLED, {"failure"}, "ready"),
        (Stage.REFUSED, {"failure"}, "ready"),
    ],
)
async def test_each_stage_lights_its_lamps_at_once(
    front: Front, stage: Stage, lamps: set[str], state: str
) -> None:
    front.bay.follow(standing(stage, refusal=Refusal.USED if stage is Stage.REFUSED else None))
    assert front.lamps.lit == lamps
    assert front.state == state


async def test_what_is_told_late_changes_nothing(front: Front) -> None:
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.follow(standing(Stage.LOAD, 1))
    assert front.pattern == "open"
    front.bay.follow(standing(Stage.DISPENSED, 4))
    front.bay.follow(standing(Stage.TAKE, 3))
    assert front.state == "ready"
    assert front.last == "Mug given out from locker 1"


async def test_a_refused_second_code_leaves_the_open_redemption_alone(front: Front) -> None:
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.follow(refused(Refusal.BAY_BUSY, "r-2"))
    assert front.lamps.lit == {"failure"}
    front.clock.advance(5)
    assert (front.state, front.pattern) == ("busy", "open")


async def test_a_bay_told_to_be_free_is_ready(front: Front) -> None:
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.follow(None)
    assert (front.state, front.pattern) == ("ready", "ready")


# When nobody answers


async def test_a_code_is_tried_again_until_the_ledger_is_back(front: Front) -> None:
    front.redemptions.down = LedgerUnusable("the disk is full")
    front.type_code()
    await until(lambda: front.pattern == "out_of_service")
    assert front.state == "checking"
    assert "one moment" in front.text
    front.redemptions.down = None
    tries = len(front.redemptions.begun)
    await until(lambda: len(front.redemptions.begun) > tries)
    await until(lambda: front.pattern == "checking")
    front.bay.follow(standing(Stage.LOAD))
    assert front.pattern == "load"
    assert {typed for _, typed in front.redemptions.begun} == {CODE}


def test_the_attendee_hears_once_that_the_locker_is_open(front: Front) -> None:
    for stage in (Stage.LOAD, Stage.OPEN):
        front.bay.follow(standing(stage, 2))
    assert front.buzzer.sounded == []
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.follow(standing(Stage.TAKE, 3))
    assert len(front.buzzer.sounded) == 1


def test_a_box_that_starts_again_says_nothing_of_a_locker_that_was_open_before(
    front: Front,
) -> None:
    front.bay.follow(standing(Stage.TAKE, 3))
    assert front.buzzer.sounded == []


async def test_a_code_that_could_not_be_checked_is_asked_for_again(front: Front) -> None:
    front.redemptions.down = LedgerUnusable("the disk is full")
    front.type_code()
    await until(lambda: front.state == "out_of_service")
    typed_at = NOON.astimezone().strftime("%H:%M")
    why = f"the code typed at {typed_at} could not be checked: type it again"
    assert front.text == f"Out of service: {why}"
    assert front.last == why
    assert front.pattern == "out_of_service"
    assert len(front.buzzer.sounded) == 1


async def test_a_decision_under_way_is_waited_for_and_cancel_frees_the_keypad(
    front: Front,
) -> None:
    front.redemptions.gate.clear()
    front.type_code()
    await until(lambda: "still being checked" in front.text)
    front.keys.press(Key.CANCEL)
    front.type_code()
    await until(lambda: len(front.redemptions.begun) == 2)


async def test_a_decision_that_fails_late_is_asked_for_again(front: Front) -> None:
    front.redemptions.gate.clear()
    front.redemptions.down = LedgerUnusable("the disk failed")
    front.type_code()
    await until(lambda: "still being checked" in front.text)
    front.redemptions.gate.set()
    await until(lambda: "type it again" in front.text)


@pytest.mark.parametrize("way", ["a key", "service again", "time"])
async def test_after_an_unchecked_code_the_front_becomes_ready_by(front: Front, way: str) -> None:
    front.redemptions.down = LedgerUnusable("the disk is full")
    front.bay.availability.serve(ready=False, why="Temporal is starting")
    front.type_code()
    await until(lambda: "could not be checked" in front.text)
    match way:
        case "a key":
            front.bay.availability.serve(ready=True)
            front.keys.type("1")
        case "service again":
            front.bay.availability.serve(ready=True)
        case "time":
            front.clock.advance(31)
            assert front.text == "Out of service: Temporal is starting"
            front.bay.availability.serve(ready=True)
    assert (front.state, front.pattern) == ("ready", "ready")


async def test_a_code_that_an_interruption_swallowed_is_asked_for_again(front: Front) -> None:
    front.bay.ask_to_retype()
    assert front.pattern == "out_of_service"
    assert "type it again" in front.last
    front.keys.type("3")
    assert (front.state, front.bay.view().typed) == ("ready", 1)


async def test_an_interruption_is_not_held_against_who_is_served_now(front: Front) -> None:
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.ask_to_retype()
    assert front.pattern == "open"
    assert front.last == ""


async def test_a_verdict_that_is_late_is_said_and_cancel_frees_the_keypad(front: Front) -> None:
    front.type_code()
    await until(lambda: "still being checked" in front.text)
    assert front.pattern == "out_of_service"
    front.keys.press(Key.ENTER, Key.DIGIT_1)
    assert front.state == "checking"
    front.keys.press(Key.CANCEL)
    assert front.state == "ready"
    front.bay.follow(standing(Stage.LOAD))
    assert front.state == "busy"


async def test_another_error_is_shown_and_the_bay_goes_on(front: Front) -> None:
    front.redemptions.errors = [Refused(f"the ledger is damaged, {CODE} was not looked up")]
    front.type_code()
    await until(lambda: front.state == "ready")
    assert front.pattern == "refused"
    assert front.last == "the ledger is damaged, *** was not looked up"


async def test_a_fault_in_the_desk_leaves_the_bay_usable(front: Front) -> None:
    front.redemptions.errors = [ZeroDivisionError("a bug")]
    front.type_code()
    await until(lambda: front.state == "out_of_service")
    assert "type it again" in front.text


async def test_typed_digits_are_nowhere_in_what_people_see(
    front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    front.redemptions.errors = [ValueError(f"a bug about {CODE}")]
    front.redemptions.down = LedgerUnusable("the disk is full")
    for _ in range(2):
        front.keys.type(CODE)
        assert CODE not in repr(front.bay.view())
        front.keys.press(Key.ENTER)
        assert CODE not in repr(front.bay.view())
        await until(lambda: front.state == "out_of_service")
        assert CODE not in repr(front.bay.view())
    out, err = capsys.readouterr()
    assert CODE not in out + err


# Out of service, locked, reminded


async def test_a_bay_is_starting_until_it_is_told_to_serve() -> None:
    front = Front(serving=False)
    assert (front.state, front.text, front.pattern) == ("out_of_service", "Starting", "starting")
    front.bay.availability.serve(ready=True)
    assert (front.state, front.pattern) == ("ready", "ready")


async def test_out_of_service_says_why_and_ends(front: Front) -> None:
    front.bay.availability.serve(ready=False, why="Temporal does not answer")
    assert front.lamps.lit == {"failure"}
    assert front.text == "Out of service: Temporal does not answer"
    front.bay.availability.serve(ready=True)
    assert front.lamps.lit == {"success"}


async def test_out_of_service_does_not_hide_an_open_redemption(front: Front) -> None:
    front.bay.follow(standing(Stage.TAKE, 3))
    front.bay.availability.serve(ready=False, why="Temporal does not answer")
    assert (front.state, front.pattern) == ("busy", "open")
    assert front.text == "The attendee takes Mug from locker 1"


async def test_a_code_typed_out_of_service_is_tried(front: Front) -> None:
    front.bay.availability.serve(ready=False, why="Temporal is starting")
    front.type_code()
    await until(lambda: front.redemptions.begun)
    assert front.redemptions.begun[0][1] == CODE


async def test_a_locked_keypad_swallows_digits_counts_down_and_opens(front: Front) -> None:
    front.keys.type("31")
    front.bay.lock(30)
    assert (front.state, front.pattern, front.bay.view().typed) == ("locked_out", "locked_out", 0)
    assert front.text == "Locked for 30 s after too many wrong codes"
    assert len(front.buzzer.sounded) == 1
    front.keys.touch(Key.DIGIT_2)
    assert front.lamps.lit == set(), "the failure lamp winks"
    front.clock.advance(0.5)
    assert front.lamps.lit == {"failure"}
    changes = front.changes
    front.clock.advance(10)
    assert front.changes - changes >= 9, "the HUD counts down"
    assert 19 <= front.bay.view().locked_for_s <= 20
    front.type_code()
    assert front.redemptions.begun == []
    front.clock.advance(30)
    assert (front.state, front.pattern) == ("ready", "ready")
    assert front.bay.view().typed == 0


async def test_a_lock_shows_when_the_refusal_before_it_has_been_seen(front: Front) -> None:
    front.type_code()
    front.bay.lock(30)
    front.bay.follow(refused(Refusal.UNKNOWN))
    assert front.pattern == "refused"
    front.clock.advance(4)
    assert front.pattern == "locked_out"


async def test_a_lock_can_be_lifted(front: Front) -> None:
    front.bay.lock(30)
    front.bay.lock(0)
    assert front.state == "ready"


async def test_a_reminder_is_seen_and_heard_then_the_pattern_goes_on(front: Front) -> None:
    front.bay.follow(standing(Stage.LOAD))
    front.bay.remind()
    assert front.lamps.lit == {"standby", "success", "failure"}
    assert len(front.buzzer.sounded) == 1
    front.clock.advance(1)
    assert front.lamps.lit == {"standby"}


# The attendee's Cancel


async def test_the_attendee_may_cancel_until_the_locker_is_loaded(front: Front) -> None:
    front.bay.follow(standing(Stage.LOAD, 2))
    front.keys.press(Key.CANCEL, Key.CANCEL)
    await until(lambda: front.redemptions.answers)
    (answer,) = front.redemptions.answers
    assert (answer.redemption, answer.step, answer.kind) == ("r-1", 2, AnswerKind.CANCELLED)
    assert answer.actor == "attendee"
    front.bay.follow(standing(Stage.CANCELLED, 3))
    assert front.pattern == "refused"
    assert "can be used again" in front.last


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.ASK, Stage.JAM, Stage.TAKE])
async def test_later_cancel_only_shows_that_it_is_too_late(front: Front, stage: Stage) -> None:
    front.bay.follow(standing(stage, 2))
    front.keys.touch(Key.CANCEL)
    assert front.lamps.lit == {"failure"}
    assert front.redemptions.answers == []


@pytest.mark.parametrize(
    ("error", "refusal", "why"),
    [
        (None, "that question is answered already", "answered already"),
        (TemporalUnavailable("Temporal does not answer"), "", "does not answer"),
    ],
)
async def test_a_cancel_that_is_not_taken_is_said(
    front: Front, error: TemporalUnavailable | None, refusal: str, why: str
) -> None:
    front.redemptions.errors = [error] if error else []
    front.redemptions.refusal = refusal
    front.bay.follow(standing(Stage.LOAD))
    front.keys.press(Key.CANCEL)
    await until(lambda: why in front.last)
    assert front.state == "busy"


async def test_a_cancel_that_nobody_answers_can_be_pressed_again(front: Front) -> None:
    front.redemptions.gate.clear()
    front.bay.follow(standing(Stage.LOAD))
    front.keys.press(Key.CANCEL)
    await until(lambda: "in time" in front.last)
    front.keys.press(Key.CANCEL)
    await until(lambda: len(front.redemptions.answers) == 2)
    assert len({answer.id for answer in front.redemptions.answers}) == 2


async def test_digits_typed_while_somebody_is_served_are_dropped(front: Front) -> None:
    front.bay.follow(standing(Stage.LOAD))
    front.type_code()
    front.bay.follow(standing(Stage.DISPENSED, 4))
    assert front.bay.view().typed == 0
    assert front.redemptions.begun == []


async def test_closing_puts_the_lamps_out_and_asks_no_more(front: Front) -> None:
    front.redemptions.down = LedgerUnusable("the disk is full")
    front.type_code()
    await until(lambda: front.redemptions.begun)
    front.bay.close()
    tries = len(front.redemptions.begun)
    front.clock.advance(60)
    await until(lambda: len(asyncio.all_tasks()) == 1)
    assert front.lamps.lit == set()
    assert len(front.redemptions.begun) <= tries + 1


async def test_the_view_is_json(front: Front) -> None:
    front.bay.follow(standing(Stage.DISPENSED, 4))
    assert json.loads(json.dumps(front.bay.view().as_json())) == {
        "id": "bay-1",
        "name": "Left",
        "state": "ready",
        "text": "Ready for a code",
        "typed": 0,
        "locked_for_s": 0,
        "lamps": "ready",
        "redemption": None,
        "last": {
            "at": "2026-11-21T12:03:00+00:00",
            "text": "Mug given out from locker 1",
            "tone": "good",
        },
        "stuck": [],
    }


# Scanning


async def test_a_scanned_code_is_claimed_as_if_it_were_typed(front: Front) -> None:
    front.keys.type("123")
    front.reader.read(text_to_scan(OWN_CODE))
    assert front.lamps.lit == {"standby"}
    await until(lambda: front.redemptions.begun)
    assert front.redemptions.begun == [("bay-1", OWN_CODE)]


@pytest.mark.parametrize(
    "text", ["4006381333931", "96385074", CODE, f"BOXD{CODE}0", "BOXD31415927"]
)
async def test_what_is_no_code_of_ours_is_refused_and_no_guess(front: Front, text: str) -> None:
    front.reader.read(text)
    assert front.last == "unknown code: what was scanned is none of this box's codes"
    assert front.pattern == "refused"
    assert front.buzzer.sounded
    await asyncio.sleep(0.01)
    assert front.redemptions.begun == []


async def test_no_code_is_read_while_one_is_checked_or_served_or_the_keypad_locked(
    front: Front,
) -> None:
    front.bay.lock(30)
    front.reader.read(text_to_scan(OWN_CODE))
    front.bay.lock(0)
    front.bay.availability.pause("it is being tested")
    front.reader.read(text_to_scan(OWN_CODE))
    front.bay.availability.pause("")
    front.bay.follow(standing(Stage.LOAD, 1))
    front.reader.read(text_to_scan(OWN_CODE))
    await asyncio.sleep(0.01)
    assert front.redemptions.begun == []
