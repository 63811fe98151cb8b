"""Prompts say what to do, by which key, and every option is an answer that would be taken."""

from __future__ import annotations

import json

import pytest

from boxd.bays.options import DECLINE, OTHERWISE, REPLACE, SUBSTITUTE, Option, Tone
from boxd.bays.prompts import OfferedPrize, Prompt, prompt_for
from boxd.devices import DoorState, Key
from boxd.redemption import ANSWERS_AT, RedemptionStanding, Remedy, Stage, why_refused

from .parts import standing

OPEN_STAGES = [stage for stage in Stage if not stage.has_ended]
DOORS = [None, *DoorState]
STOCK = [
    OfferedPrize("sticker", "Mug", 3),
    OfferedPrize("cap", "Cap", 2),
    OfferedPrize("pen", "Pen", 0),
]


def _prompt(stage: Stage, door: DoorState | None = DoorState.CLOSED) -> Prompt:
    return prompt_for(standing(stage, 3), door, STOCK, 1, "Left")


def _all_options(prompt: Prompt) -> list[Option]:
    menus = [option.opens for option in prompt.options if option.opens]
    return [one for menu in ["", *menus] for one in prompt.menu(menu)]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_everything_that_may_be_answered_has_an_option_or_is_the_attendees(
    stage: Stage, door: DoorState | None
) -> None:
    said = {one.answer.kind for one in _all_options(_prompt(stage, door)) if one.answer}
    # What is open can't be opened once more.
    senseless = {"cancelled"} | ({"reopened"} if door is DoorState.OPEN else set())
    assert said == ANSWERS_AT[stage] - senseless


@pytest.mark.parametrize("door", [None, DoorState.CLOSED, DoorState.UNKNOWN])
@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_every_option_would_be_taken_while_the_door_is_not_open(
    stage: Stage, door: DoorState | None
) -> None:
    prompt = _prompt(stage, door)
    for option in _all_options(prompt):
        if option.answer:
            answer = prompt.answer(option.answer, "a-1", "operator")
            assert why_refused(stage, 3, answer, door) == ""


@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_a_key_says_one_thing_and_zero_is_left_for_the_next_prompt(stage: Stage) -> None:
    prompt = _prompt(stage)
    for menu in ("", DECLINE, SUBSTITUTE, OTHERWISE, REPLACE):
        keys = [option.key for option in prompt.menu(menu) if option.key]
        assert len(keys) == len(set(keys))
        assert Key.DIGIT_0 not in keys


@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_enter_is_never_dangerous_and_never_moves_a_latch_after_a_jam(stage: Stage) -> None:
    for option in _all_options(_prompt(stage)):
        if option.key is Key.ENTER:
            assert option.tone is not Tone.DANGER
            assert option.answer is None or option.answer.remedy is None


def test_declining_asks_again_with_a_key_that_the_prompts_do_not_use() -> None:
    (decline,) = [one for one in _prompt(Stage.LOAD).options if one.opens == DECLINE]
    assert decline.answer is None
    (yes,) = [one for one in _prompt(Stage.LOAD).menu(DECLINE) if one.answer]
    for stage in OPEN_STAGES:
        assert yes.key not in {one.key for one in _prompt(stage).options}


@pytest.mark.parametrize(
    ("stage", "door", "title", "text"),
    [
        (Stage.LOAD, DoorState.CLOSED, "Put Mug into locker 1", "Close the locker, then confirm."),
        (Stage.LOAD, None, "Put Mug into locker 1", "Close the locker, then confirm."),
        (
            Stage.LOAD,
            DoorState.OPEN,
            "Put Mug into locker 1",
            "Locker 1 is open: put the prize in, close the door, then confirm.",
        ),
        (Stage.OPEN, DoorState.CLOSED, "Opening locker 1", "Nothing to do: one moment."),
        (Stage.ASK, None, "Did locker 1 open?", "It has no door switch. Look at the door."),
        (
            Stage.JAM,
            DoorState.CLOSED,
            "Locker 1 did not open",
            "Push the door, then try again; or open it by hand.",
        ),
        (
            Stage.JAM,
            DoorState.OPEN,
            "Locker 1 did not open",
            "Its door is open now. If you opened it, press “Opened by hand”.",
        ),
        (
            Stage.TAKE,
            DoorState.OPEN,
            "Wait until Mug is taken, then close locker 1",
            "The door is open. When the prize is gone and the door closed, confirm.",
        ),
        (
            Stage.TAKE,
            DoorState.CLOSED,
            "Wait until Mug is taken, then close locker 1",
            "The door is closed. If the prize is gone, confirm.",
        ),
        (
            Stage.TAKE,
            DoorState.UNKNOWN,
            "Wait until Mug is taken, then close locker 1",
            "The door switch of locker 1 does not answer. Look at the door.",
        ),
        (
            Stage.TAKE,
            None,
            "Wait until Mug is taken, then close locker 1",
            "It has no door switch. Look at the door, then confirm.",
        ),
    ],
)
def test_the_words_fit_the_stage_and_the_door(
    stage: Stage, door: DoorState | None, title: str, text: str
) -> None:
    prompt = _prompt(stage, door)
    assert (title, text) == (prompt.title, prompt.text)


def test_an_interrupted_opening_is_said() -> None:
    asked = prompt_for(standing(Stage.ASK, outcome_unknown=True), DoorState.CLOSED, STOCK)
    assert asked.title == "Did locker 1 open?"
    assert asked.text == "The box was interrupted while opening it. Look at the door."


def test_a_jam_says_how_often_it_was_tried() -> None:
    assert prompt_for(standing(Stage.JAM, attempt=3), None, STOCK).text.startswith("Tried 3 times")


def test_a_jam_offers_again_other_locker_by_hand_and_decline() -> None:
    said = {
        one.key: (one.answer.remedy if one.answer else one.opens)
        for one in _prompt(Stage.JAM).options
    }
    assert said == {
        Key.DIGIT_1: Remedy.AGAIN,
        Key.DIGIT_2: Remedy.OTHER_LOCKER,
        Key.DIGIT_3: None,
        Key.CANCEL: DECLINE,
    }


def test_a_door_that_nobody_can_read_is_to_be_seen_shut() -> None:
    completed = _prompt(Stage.TAKE, DoorState.UNKNOWN).options[0]
    assert completed.label == "I see that it is closed"
    assert completed.answer is not None
    assert completed.answer.seen_shut


def test_only_other_prizes_that_are_left_can_be_given_instead() -> None:
    menu = _prompt(Stage.LOAD).menu(SUBSTITUTE)
    assert [(one.key, one.label, one.note) for one in menu] == [
        (Key.DIGIT_1, "Cap", "2 left"),
        (Key.CANCEL, "Back", ""),
    ]


def test_without_another_prize_none_is_offered() -> None:
    prompt = prompt_for(standing(Stage.LOAD), None, STOCK[:1])
    assert [one.id for one in prompt.options] == ["loaded", "decline"]


def test_many_prizes_come_in_pages_of_nine_keys() -> None:
    stock = [OfferedPrize(f"p{number}", f"Prize {number}", 1) for number in range(1, 12)]
    prompt = prompt_for(standing(Stage.LOAD), None, stock)
    with_keys = [
        {one.key.value: one.id for one in prompt.menu(SUBSTITUTE, page) if one.key}
        for page in range(3)
    ]
    assert with_keys[0]["9"] == "substituted-p9"
    assert with_keys[0]["Enter"] == "more"
    assert with_keys[1] == {
        "1": "substituted-p10",
        "2": "substituted-p11",
        "Enter": "more",
        "Cancel": "back",
    }
    assert with_keys[2] == with_keys[0]
    assert len(prompt.menu(SUBSTITUTE)) == 13, "a finger on the screen reaches all of them"


def test_nobody_is_awaited_while_the_box_opens() -> None:
    prompt = _prompt(Stage.OPEN)
    assert (prompt.who, prompt.options) == ("box", ())


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.has_ended])
def test_an_ended_redemption_asks_nothing(stage: Stage) -> None:
    with pytest.raises(ValueError, match="has ended"):
        prompt_for(standing(stage), None, STOCK)


def test_the_json_is_what_the_hud_reads() -> None:
    prompt = _prompt(Stage.LOAD)
    shown = json.loads(json.dumps(prompt.as_json(focused=True, menu="decline")))
    assert shown == {
        "id": "r-1:3",
        "redemption": "r-1",
        "step": 3,
        "stage": "load",
        "bay": "bay-1",
        "bay_name": "Left",
        "locker": 1,
        "prize": {"sku": "sticker", "name": "Mug"},
        "who": "operator",
        "title": "Put Mug into locker 1",
        "text": "Close the locker, then confirm.",
        "since": standing(Stage.LOAD).since,
        "reminders": 1,
        "focused": True,
        "menu": "decline",
        "page": 0,
        "options": [
            _json("loaded Enter primary It is loaded", {"kind": "loaded"}),
            _json("substitute 1 plain Another prize", opens="substitute"),
            _json("decline Cancel danger Decline", opens="decline"),
        ],
        "menus": {
            "decline": {
                "title": "Really decline?",
                "text": "The prize stays here. The attendee can use the code again.",
                "options": [
                    _json(
                        "declined 9 danger Yes, decline: Mug is not given out", {"kind": "declined"}
                    ),
                    _json("back Cancel plain No, go back"),
                ],
            },
            "substitute": {
                "title": "Which prize instead?",
                "text": "It goes into the same locker.",
                "options": [
                    _json(
                        "substituted-cap 1 plain Cap",
                        {"kind": "substituted", "sku": "cap"},
                        note="2 left",
                    ),
                    _json("back Cancel plain Back"),
                ],
            },
        },
    }


def test_declining_says_what_becomes_of_the_code_under_the_rule_of_this_box() -> None:
    prompt = prompt_for(standing(Stage.LOAD), None, STOCK, decline_voids=True)
    assert prompt.as_json()["menus"]["decline"]["text"].endswith("and the code is void.")


def test_prizes_are_in_the_order_of_their_names_and_numbers() -> None:
    names = ["mug 10", "Über", "Mug 9", "apple", "🎁 gift"]
    stock = [OfferedPrize(f"p{place}", name, 1) for place, name in enumerate(names)]
    prompt = prompt_for(standing(Stage.LOAD), None, stock)
    labels = [one.label for one in prompt.menu(SUBSTITUTE) if one.answer]
    assert labels == ["apple", "Mug 9", "mug 10", "Über", "🎁 gift"]


def _json(row: str, answer: object = None, opens: str = "", note: str = "") -> dict[str, object]:
    name, key, tone, label = row.split(maxsplit=3)
    return {
        "id": name,
        "label": label,
        "note": note,
        "key": key,
        "tone": tone,
        "answer": answer,
        "opens": opens,
    }


def test_an_answer_carries_all_that_its_option_says() -> None:
    redemption: RedemptionStanding = standing(Stage.JAM, 5)
    prompt = prompt_for(redemption, None, STOCK)
    (again,) = [one.answer for one in prompt.options if one.id == "again"]
    assert again is not None
    assert again.as_json() == {"kind": "jammed", "remedy": "again"}
    answer = prompt.answer(again, "a-1", "Ada")
    assert (answer.id, answer.redemption, answer.step, answer.actor) == ("a-1", "r-1", 5, "Ada")
    assert answer.remedy is Remedy.AGAIN


def test_a_broken_prize_is_replaced_by_its_like_or_else_by_another_prize() -> None:
    alike = {one.id: one for one in _prompt(Stage.TAKE).menu(OTHERWISE)}["broken"]
    assert alike.answer is not None
    last = prompt_for(standing(Stage.TAKE, 3), DoorState.CLOSED, [OfferedPrize("cap", "Cap", 2)])
    assert {one.id: one.opens for one in last.menu(OTHERWISE)}["broken"] == REPLACE
    assert [one.answer.sku for one in last.menu(REPLACE) if one.answer] == ["cap"]
    none = prompt_for(standing(Stage.TAKE, 3), DoorState.CLOSED, [])
    assert "broken" not in {one.id for one in none.menu(OTHERWISE)}
