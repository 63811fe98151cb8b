"""Units that go from one box to another, on a real server with two ledgers."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.ledger import alarms, stock_arrivals, stock_moves, stock_sent
from boxd.ledger.stock_moves import StockMove
from boxd.stock_move import MissingUnits, StockReport
from boxd.workflows.fleet.stock_activities import StockActivities
from checker.fleet import findings
from tests.workflows.event import until
from tests.workflows.fleet.boxes import LinkedBox, fleet
from tests.workflows.fleet.dying import Death

TWO = {"on_hand": 2, "held": 0, "dispensed": 0}


async def sent(box: LinkedBox, units: int = 2) -> str:
    """The id of a move of mugs from box 1 to box 2."""
    move = await box.ledger.write(lambda tx: stock_sent.send(tx, "mug", units, 1, 2, "anna"))
    return move.order.move


async def announced(box: LinkedBox, move: str) -> StockMove:
    """The move, as soon as the other box has heard of it."""

    async def is_known() -> bool:
        return await box.ledger.read(lambda c: stock_moves.find(c, move)) is not None

    await until(is_known, "the move at the other box")
    return await box.ledger.read(lambda c: stock_moves.require(c, move))


async def heard(box: LinkedBox, move: str, report: StockReport) -> None:
    """Wait until the sender knows what was signed."""

    async def is_heard() -> bool:
        found = await box.ledger.read(lambda c: stock_moves.require(c, move))
        return found.report == report

    await until(is_heard, "the receiver's word at the sender")


async def arrive(box: LinkedBox, move: str, units: int) -> None:
    await box.ledger.write(lambda tx: stock_arrivals.arrive(tx, move, units, "ben"))


async def settle(box: LinkedBox, move: str, units: int, became: MissingUnits) -> None:
    await box.ledger.write(
        lambda tx: stock_arrivals.settle(tx, move, units, became, "looked again", "ben")
    )


async def test_units_are_nobodys_until_the_other_box_has_signed(boxes: list[LinkedBox]) -> None:
    one, two = boxes

    move = await sent(one)
    under_way = await announced(two, move)

    assert (await one.units())["on_hand"] == 0
    assert await two.units() == TWO
    assert under_way.missing == 2
    await arrive(two, move, 2)
    assert (await two.units())["on_hand"] == 4
    await heard(one, move, StockReport(is_signed=True, arrived=2))
    assert await one.ledger.read(stock_moves.open_ones) == []


async def test_what_a_person_decided_about_missing_units_is_booked_where_it_belongs(
    boxes: list[LinkedBox],
) -> None:
    one, two = boxes
    await one.stock(2)
    move = await sent(one, 4)
    await announced(two, move)
    await arrive(two, move, 1)
    assert [each["kind"] for each in await two.ledger.read(alarms.active)] == ["stock_short"]

    for became in (MissingUnits.FOUND, MissingUnits.RETURNED, MissingUnits.LOST):
        await settle(two, move, 1, became)

    await heard(one, move, StockReport(is_signed=True, arrived=2, returned=1, written_off=1))
    assert (await one.units())["on_hand"] == 1
    assert (await two.units())["on_hand"] == 4
    assert await two.ledger.read(alarms.active) == []


async def test_a_box_that_was_away_hears_of_units_when_it_is_back(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        one, two = boxes
        move = await sent(one)
        await one.connect()
        await two.connect()
        await announced(two, move)
        await two.cut()
        await arrive(two, move, 2)
        await two.connect()
        await heard(one, move, StockReport(is_signed=True, arrived=2))


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["report_stock", "hear_report"])
async def test_a_box_that_dies_in_a_step_books_each_unit_once(
    directory: Path, settings: Temporal, step: str, *, has_committed: bool
) -> None:
    death = Death(step, has_committed)
    async with fleet(directory, settings, 2) as boxes:
        one, two = boxes
        victim, survivor = (one, two) if step == "hear_report" else (two, one)
        move = await sent(one)
        order = (await one.ledger.read(lambda c: stock_moves.require(c, move))).order
        await two.ledger.write(lambda tx: stock_arrivals.expect(tx, order, StockReport()))
        await arrive(two, move, 1)
        await settle(two, move, 1, MissingUnits.RETURNED)
        await survivor.connect(until_all_are_heard=False)
        await victim.connect(make_stock=death.inside(StockActivities), until_all_are_heard=False)
        await death.befall(victim)

        await heard(one, move, StockReport(is_signed=True, arrived=1, returned=1))
        assert (await one.units())["on_hand"] == 1
        assert (await two.units())["on_hand"] == 3


async def test_a_restored_sender_does_not_have_again_what_it_sent(boxes: list[LinkedBox]) -> None:
    one, two = boxes
    await one.cut()
    copy = one.back_up()
    move = await sent(one)
    await one.connect()
    await announced(two, move)
    await one.cut()
    one.restore(copy)
    assert await one.units() == TWO

    await arrive(two, move, 2)
    await one.connect()

    async def has_left() -> bool:
        return (await one.units())["on_hand"] == 0

    await until(has_left, "the sender to hear of it")
    assert findings({box.number: box.file for box in boxes}) == []
