"""The issue of a code, step by step: each once, each undone, nothing held for ever."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from boxd.errors import Refused
from boxd.issue import DRAW_BITS, IssueState, drawn
from boxd.ledger import alarms, erasure, stock, tasks
from boxd.task import TaskState
from tests.ledger.conftest import ACTOR, Hands
from tests.ledger.earning import RULES, STEPS, Earner


@pytest.fixture
def earner(hands: Hands) -> Earner:
    return Earner(hands)


def places(hands: Hands, sku: str = "mug") -> tuple[object, object]:
    return hands.stock(sku)["on_hand"], hands.stock(sku)["held"]


def standing_alarms(hands: Hands) -> list[object]:
    return [a["kind"] for a in hands.ledger.write_now(lambda tx: alarms.active(tx.connection))]


def test_a_prize_is_drawn_as_often_as_its_weight_says() -> None:
    chance = random.Random(1)
    among = [("mug", 1), ("pin", 3), ("sticker", 6)]
    seen = Counter(drawn(chance.getrandbits(DRAW_BITS), among) for _ in range(10_000))
    assert [round(seen[sku] / 1000) for sku, _ in among] == [1, 3, 6]


def test_the_smallest_and_the_greatest_number_fall_on_the_first_and_the_last() -> None:
    among = [("mug", 1), ("pin", 3)]
    assert [drawn(0, among), drawn((1 << DRAW_BITS) - 1, among)] == ["mug", "pin"]


def test_an_approved_task_is_rewarded_with_a_code_that_holds_a_unit(
    hands: Hands, earner: Earner
) -> None:
    task = earner.start("mugs")
    earner.approve(task)

    done = earner.issue(task)

    rewarded = earner.standing(task)
    assert (done.state, rewarded.state) == (IssueState.DONE, TaskState.REWARDED)
    assert rewarded.code == done.code == 1
    assert places(hands) == (2, 1)
    assert hands.code_state(1) == "ready"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_asked_again_changes_nothing(hands: Hands, earner: Earner, step: str) -> None:
    earner.ask("issue-1", "ada", "mug")
    before = list(STEPS)[: list(STEPS).index(step)]
    for each in before:
        earner.step("issue-1", each)

    first, again = earner.step("issue-1", step), earner.step("issue-1", step)

    assert first == again
    assert first.state is STEPS[step]
    earner.issue("issue-1")
    assert places(hands) == (2, 1)


@pytest.mark.parametrize("done", range(5))
def test_whatever_was_done_is_undone(hands: Hands, earner: Earner, done: int) -> None:
    task = earner.start("mugs")
    earner.approve(task)
    for step in list(STEPS)[:done]:
        earner.step(task, step)

    ended = earner.undo(task, "a power cut")

    if done == 4:
        assert (ended.state, places(hands)) == (IssueState.DONE, (2, 1))
    else:
        assert (ended.state, ended.why) == (IssueState.UNDONE, "a power cut")
        assert earner.standing(task).state is TaskState.FAILED
        assert places(hands) == (3, 0)
        assert standing_alarms(hands) == ["code_not_issued"]
        assert earner.undo(task, "again") == ended
        assert all(earner.step(task, step) == ended for step in STEPS)
        if done == 3:
            assert hands.code_state(1) == "voided"


def test_sold_out_is_an_answer_with_an_alarm(hands: Hands, earner: Earner) -> None:
    hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", -3, "broken", ACTOR))
    task = earner.start("mugs")
    earner.approve(task)

    ended = earner.issue(task)

    assert (ended.state, ended.why) == (IssueState.SOLD_OUT, "no unit of mug is on hand")
    assert earner.standing(task).state is TaskState.SOLD_OUT
    assert standing_alarms(hands) == ["sold_out"]


def test_what_was_sold_out_can_be_issued_when_there_is_stock_again(
    hands: Hands, earner: Earner
) -> None:
    hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", -3, "broken", ACTOR))
    task = earner.start("mugs")
    earner.approve(task)
    earner.issue(task)
    hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", 1, "found one", ACTOR))

    hands.ledger.write_now(lambda tx: tasks.approve_again(tx, task, "organiser"))

    assert earner.issue(f"{task}.2").state is IssueState.DONE
    assert earner.standing(task).state is TaskState.REWARDED
    assert standing_alarms(hands) == []
    with pytest.raises(Refused, match="is rewarded; there is no code to issue once more"):
        hands.ledger.write_now(lambda tx: tasks.approve_again(tx, task, "organiser"))


def test_the_last_unit_gone_between_pick_and_hold_is_picked_for_anew(
    hands: Hands, earner: Earner
) -> None:
    for name in ("a", "b"):
        earner.ask(name, name, "mug", "pin")
    hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", -2, "broken", ACTOR))
    assert {earner.step(name, "pick").sku for name in ("a", "b")} == {"mug"}
    earner.step("a", "hold")

    gone = earner.step("b", "hold")

    assert (gone.state, gone.sku) == (IssueState.ASKED, "")
    assert earner.step("b", "pick") == gone, "the first attempt is over"
    assert earner.step("b", "pick", attempt=2).sku == "pin"


def test_an_attendee_gets_as_many_codes_as_configured(hands: Hands, earner: Earner) -> None:
    one = replace(RULES, per_attendee=1)
    for name in ("first", "second"):
        earner.ask(name, "ada")
    earner.step("first", "pick", one)
    earner.step("first", "hold", one)

    second = earner.step("second", "pick", one)

    assert second.state is IssueState.OVER_LIMIT
    assert second.why == (
        "this attendee would have 2 codes, and 1 is the most for one ([codes] per_attendee)"
    )
    assert earner.issue("first", one).state is IssueState.DONE


def test_a_limit_reached_between_pick_and_hold_holds_nothing(hands: Hands, earner: Earner) -> None:
    one = replace(RULES, per_attendee=1)
    for name in ("first", "second"):
        earner.ask(name, "ada", "mug")
        earner.step(name, "pick", one)
    earner.step("first", "hold", one)
    assert earner.step("second", "hold", one).state is IssueState.OVER_LIMIT
    assert places(hands) == (2, 1)


def test_a_code_for_somebody_who_was_forgotten_meanwhile_is_not_handed_over(
    hands: Hands, earner: Earner
) -> None:
    task = earner.start("mugs")
    earner.approve(task)
    for step in ("pick", "hold", "mint"):
        earner.step(task, step)
    hands.ledger.write_now(lambda tx: erasure.forget(tx, 1, "organiser"))

    with pytest.raises(Refused, match="was forgotten"):
        earner.step(task, "hand_over")
    earner.undo(task, "the attendee was forgotten")

    assert earner.standing(task).state is TaskState.WITHDRAWN
    assert places(hands) == (3, 0)


def test_the_draw_is_kept_with_what_it_fell_on(hands: Hands, earner: Earner) -> None:
    earner.ask("issue-1", "ada")
    picked = earner.step("issue-1", "pick", draw=12345)
    row = hands.ledger.write_now(
        lambda tx: tx.connection.execute("SELECT draw, among FROM issues").fetchone()
    )
    among = [(str(sku), int(weight)) for sku, weight in json.loads(row["among"])]
    assert drawn(row["draw"], among) == picked.sku


def test_an_order_asked_again_is_the_same_and_not_for_another(hands: Hands, earner: Earner) -> None:
    assert earner.ask("issue-1", "ada") == earner.ask("issue-1", "ada")
    with pytest.raises(Refused, match="used for another issue"):
        earner.ask("issue-1", "bob")


def test_a_prize_of_no_weight_is_given_when_it_is_named_alone(hands: Hands, earner: Earner) -> None:
    never = [
        stock.StockedPrize("mug", "Mug", 0, weight=0),
        stock.StockedPrize("pin", "Pin", 0, weight=0),
    ]
    hands.ledger.write_now(lambda tx: stock.import_prizes(tx, never, ACTOR))
    earner.ask("named", "ada", "mug")
    earner.ask("drawn", "ada")
    assert earner.issue("named").sku == "mug"
    assert earner.issue("drawn").state is IssueState.SOLD_OUT
