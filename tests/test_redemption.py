"""The rules of a redemption: what may be said at each stage, and what follows."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from boxd.devices import DoorState
from boxd.redemption import (
    ANSWERS_AT,
    ENDED,
    Answer,
    AnswerKind,
    Refusal,
    Remedy,
    Stage,
    stage_after,
    why_refused,
)

LEADS_TO = {
    (Stage.LOAD, AnswerKind.LOADED): Stage.OPEN,
    (Stage.LOAD, AnswerKind.SUBSTITUTED): Stage.LOAD,
    (Stage.LOAD, AnswerKind.DECLINED): Stage.DECLINED,
    (Stage.LOAD, AnswerKind.CANCELLED): Stage.CANCELLED,
    (Stage.ASK, AnswerKind.OPENED): Stage.TAKE,
    (Stage.ASK, AnswerKind.JAMMED): Stage.JAM,
    (Stage.JAM, AnswerKind.OPENED): Stage.TAKE,
    (Stage.JAM, AnswerKind.JAMMED): Stage.JAM,
    (Stage.JAM, AnswerKind.DECLINED): Stage.DECLINED,
    (Stage.TAKE, AnswerKind.COMPLETED): Stage.DISPENSED,
    (Stage.TAKE, AnswerKind.REOPENED): Stage.OPEN,
    (Stage.TAKE, AnswerKind.NOT_TAKEN): Stage.DECLINED,
    (Stage.TAKE, AnswerKind.WRONG): Stage.LOAD,
    (Stage.TAKE, AnswerKind.BROKEN): Stage.LOAD,
}
# What each of these needs besides, to be whole.
NEEDS: dict[tuple[Stage, AnswerKind], dict[str, Any]] = {
    (Stage.LOAD, AnswerKind.SUBSTITUTED): {"sku": "pin"},
    (Stage.JAM, AnswerKind.JAMMED): {"remedy": Remedy.AGAIN},
}


def answer(kind: AnswerKind, **more: Any) -> Answer:
    fields: dict[str, Any] = {"id": "a", "redemption": "r", "step": 3, "actor": "ada"}
    return Answer(kind=kind, **(fields | more))


@pytest.mark.parametrize(("stage", "kind"), list(product(Stage, AnswerKind)))
def test_each_stage_takes_its_answers_alone_and_goes_where_they_lead(
    stage: Stage, kind: AnswerKind
) -> None:
    given = answer(kind, **NEEDS.get((stage, kind), {}))
    why = why_refused(stage, 3, given, DoorState.CLOSED)
    if stage in ENDED:
        assert f"has ended ({stage})" in why
    elif (stage, kind) not in LEADS_TO:
        allowed = sorted(ANSWERS_AT[stage])
        assert f"'{kind}' does not answer" in why
        assert (", ".join(allowed) if allowed else "nothing: the box is at work") in why
    else:
        assert why == ""
        if given.remedy is None:
            assert stage_after(stage, given) is LEADS_TO[stage, kind]


def test_the_ends_are_the_ends() -> None:
    ends = {Stage.DISPENSED, Stage.DECLINED, Stage.CANCELLED, Stage.REFUSED}
    assert {each for each in Stage if each.has_ended} == ends


def test_what_becomes_of_a_jam_is_the_remedys_word() -> None:
    again = answer(AnswerKind.JAMMED, remedy=Remedy.AGAIN)
    other = answer(AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
    assert stage_after(Stage.JAM, again) is Stage.OPEN
    assert stage_after(Stage.JAM, other) is Stage.LOAD
    assert stage_after(Stage.ASK, again) is Stage.OPEN


def test_a_jam_that_is_known_wants_a_remedy_and_one_that_is_asked_about_does_not() -> None:
    bare = answer(AnswerKind.JAMMED)
    assert "give a remedy" in why_refused(Stage.JAM, 3, bare, None)
    assert why_refused(Stage.ASK, 3, bare, None) == ""


@pytest.mark.parametrize(("stage", "kind"), LEADS_TO)
def test_a_remedy_goes_with_a_jam_and_a_sku_with_an_exchange(
    stage: Stage, kind: AnswerKind
) -> None:
    needed = NEEDS.get((stage, kind), {})
    with_remedy = answer(kind, **(needed | {"remedy": Remedy.OTHER_LOCKER}))
    with_sku = answer(kind, **(needed | {"sku": "pin"}))
    takes_sku = kind in {AnswerKind.SUBSTITUTED, AnswerKind.BROKEN}
    refused_remedy = "remedy goes with" in why_refused(stage, 3, with_remedy, None)
    refused_sku = "sku goes with" in why_refused(stage, 3, with_sku, None)
    assert refused_remedy is (kind is not AnswerKind.JAMMED)
    assert refused_sku is not takes_sku


def test_a_substitution_names_its_prize_and_a_broken_unit_need_not() -> None:
    assert "give its sku" in why_refused(Stage.LOAD, 3, answer(AnswerKind.SUBSTITUTED), None)
    assert why_refused(Stage.TAKE, 3, answer(AnswerKind.BROKEN), None) == ""


@pytest.mark.parametrize("step", [2, 4])
def test_an_answer_to_another_question_is_refused(step: int) -> None:
    why = why_refused(Stage.LOAD, 3, answer(AnswerKind.LOADED, step=step), None)
    assert f"(step {step}) has been answered; now at step 3" in why


# What the door says to each answer that it can speak against: refused while open, while unknown.
@pytest.mark.parametrize(
    ("kind", "open_too", "unknown_too"),
    [
        (AnswerKind.LOADED, False, True),
        (AnswerKind.REOPENED, False, True),
        (AnswerKind.COMPLETED, False, False),
        (AnswerKind.NOT_TAKEN, False, False),
        (AnswerKind.WRONG, True, True),
        (AnswerKind.DECLINED, True, True),
    ],
)
def test_the_door_has_a_word_in_it(kind: AnswerKind, open_too: bool, unknown_too: bool) -> None:
    stage = next(stage for stage, each in LEADS_TO if each is kind)
    doors = (DoorState.CLOSED, None, DoorState.OPEN, DoorState.UNKNOWN)
    taken = [why_refused(stage, 3, answer(kind), door) == "" for door in doors]
    assert taken == [True, True, open_too, unknown_too]
    seen = answer(kind, seen_shut=True)
    assert why_refused(stage, 3, seen, DoorState.UNKNOWN) == ""
    assert (why_refused(stage, 3, seen, DoorState.OPEN) == "") is open_too


def test_each_word_about_the_door_says_what_to_do() -> None:
    def why(stage: Stage, kind: AnswerKind, door: DoorState) -> str:
        return why_refused(stage, 3, answer(kind), door)

    assert "close it, then confirm" in why(Stage.LOAD, AnswerKind.LOADED, DoorState.OPEN)
    assert "nothing to open" in why(Stage.TAKE, AnswerKind.REOPENED, DoorState.OPEN)
    assert "still open" in why(Stage.TAKE, AnswerKind.COMPLETED, DoorState.OPEN)
    assert "can't be read" in why(Stage.TAKE, AnswerKind.COMPLETED, DoorState.UNKNOWN)


def test_a_refusal_of_a_later_release_is_another_one() -> None:
    assert Refusal("moved_to_the_moon") is Refusal.OTHER
    assert Refusal("used") is Refusal.USED
