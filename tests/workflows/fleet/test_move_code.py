"""Codes that are typed at another box than their home, on a real server with several ledgers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.redemption import AnswerKind, Refusal, Stage
from boxd.workflows.fleet.activities import FleetActivities
from boxd.workflows.fleet.messages import CodeArrival
from checker.fleet import findings
from tests.workflows.event import until
from tests.workflows.fleet.boxes import LinkedBox, at_rest, fleet
from tests.workflows.fleet.dying import Death

HOME = 1


async def test_a_code_is_moved_claimed_and_given_out_at_another_box(boxes: list[LinkedBox]) -> None:
    home, other = boxes
    code = await home.issue()

    arrival = await other.bring(code, HOME)

    assert arrival == CodeArrival(True)
    assert (await home.enter(code)).refusal is Refusal.IN_USE
    standing = await other.enter(code, arrival)
    assert standing.stage is Stage.LOAD
    await other.give_out(standing)
    await at_rest(boxes)
    assert await home.units() == {"on_hand": 2, "held": 0, "dispensed": 0}
    assert await other.units() == {"on_hand": 1, "held": 0, "dispensed": 1}
    assert (await home.enter(code)).stage is Stage.REFUSED
    assert (await other.bring(code, HOME)).is_here is False


async def test_a_code_that_nobody_used_goes_home_and_may_come_again(boxes: list[LinkedBox]) -> None:
    home, other = boxes
    code = await home.issue()
    for _ in range(2):
        standing = await other.enter(code, await other.bring(code, HOME))
        await other.answer(standing, AnswerKind.CANCELLED)
        await at_rest(boxes)

    standing = await home.enter(code)

    assert standing.stage is Stage.LOAD
    assert await other.units() == {"on_hand": 2, "held": 0, "dispensed": 0}


async def test_what_the_home_refuses_is_told_for_its_reason(boxes: list[LinkedBox]) -> None:
    home, other = boxes
    assert await other.bring("112345678", HOME) == CodeArrival(False, Refusal.UNKNOWN)
    code = await home.issue()
    await home.enter(code)
    assert await other.bring(code, HOME) == CodeArrival(False, Refusal.IN_USE)


async def test_a_box_without_the_prize_sends_the_right_home(boxes: list[LinkedBox]) -> None:
    home, other = boxes
    await other.stock(-2)
    third = await home.issue("cleo")

    assert await other.bring(third, HOME) == CodeArrival(False, Refusal.NOT_HERE)

    async def is_home() -> bool:
        return await home.states() == ["ready"]

    await until(is_home, "the code at home again")
    assert (await home.enter(third)).stage is Stage.LOAD


async def test_two_boxes_that_ask_at_once_do_not_both_get_it(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 3) as boxes:
        for box in boxes:
            await box.connect()
        code = await boxes[0].issue()

        arrivals = await asyncio.gather(*(box.bring(code, HOME) for box in boxes[1:]))

        assert any(each.is_here for each in arrivals)
        assert findings({box.number: box.file for box in boxes}) == []
        await at_rest(boxes)
        assert (await boxes[0].enter(code)).stage is Stage.LOAD


async def test_an_unconnected_home_keeps_its_code_though_the_order_comes_later(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        home, other = boxes
        await other.connect()
        code = await home.issue()

        assert await other.link.bring(code, HOME) == CodeArrival(False, Refusal.OTHER_BOX)
        standing = await home.enter(code)
        assert standing.stage is Stage.LOAD

        await home.connect()
        await home.give_out(standing)
        await at_rest(boxes)
        assert await home.units() == {"on_hand": 1, "held": 0, "dispensed": 1}


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["give_right", "take_in", "outcome_here", "settle_move"])
async def test_a_box_that_dies_in_a_step_leaves_the_right_at_one_box(
    directory: Path, settings: Temporal, step: str, *, has_committed: bool
) -> None:
    death = Death(step, has_committed)
    async with fleet(directory, settings, 2) as boxes:
        home, other = boxes
        is_home = step in {"give_right", "settle_move"}
        victim, survivor = (home, other) if is_home else (other, home)
        await survivor.connect()
        await victim.connect(death.inside(FleetActivities))
        code = await home.issue()

        bringing = asyncio.create_task(other.bring(code, HOME))
        await death.befall(victim)
        await bringing

        await at_rest(boxes)
        assert (await home.enter(code)).stage is Stage.LOAD
