"""At `take` people can say what is true; each answer books it, and the code pays out once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.devices import DoorState
from boxd.ledger import codes, stock
from boxd.redemption import AnswerKind, Stage
from tests.workflows.event import until
from tests.workflows.healing.small_box import SmallBox, small_box


@pytest.fixture
async def box(directory: Path, settings: Temporal) -> AsyncIterator[SmallBox]:
    """A small box with its workers."""
    async with small_box(directory, settings) as running, running.release():
        yield running


async def taken(box: SmallBox, redemption: str, pulses: int) -> None:
    """The locker opens for this time, and the prize is taken."""
    await until(lambda: box.is_at(redemption, Stage.TAKE), "the open door")
    assert (await box.take_out(redemption)).accepted
    assert box.latches[1].pulses == pulses


async def test_a_prize_that_was_not_taken_in_time_is_reached_by_a_new_order(box: SmallBox) -> None:
    redemption = await box.at(1, Stage.TAKE)
    assert "already open" in (await box.answer(redemption, AnswerKind.REOPENED)).why
    box.doors[1].move(DoorState.CLOSED)
    assert (await box.answer(redemption, AnswerKind.REOPENED)).accepted
    await taken(box, redemption, pulses=2)
    assert (await box.standing(redemption)).attempt == 2
    assert (await box.stock())["dispensed"] == 1


async def test_a_wrong_prize_is_exchanged_and_a_broken_one_written_off(box: SmallBox) -> None:
    redemption = await box.at(1, Stage.TAKE)
    for number, kind in enumerate((AnswerKind.WRONG, AnswerKind.BROKEN), 2):
        assert (await box.answer(redemption, kind)).standing.stage is Stage.LOAD
        box.doors[1].move(DoorState.CLOSED)
        assert (await box.answer(redemption, AnswerKind.LOADED)).accepted
        await until(lambda: box.is_at(redemption, Stage.TAKE), "the open door")
        assert box.latches[1].pulses == number
    await taken(box, redemption, pulses=3)
    mugs = await box.stock()
    assert (mugs["on_hand"], mugs["held"], mugs["dispensed"]) == (498, 0, 1)
    assert mugs["written_off"] == 1


async def test_the_last_unit_that_is_broken_needs_another_prize(box: SmallBox) -> None:
    redemption = await box.at(1, Stage.TAKE)
    await box.ledger.write(lambda tx: stock.adjust(tx, "mug", -499, "lost", "tester"))
    assert "give another prize" in (await box.answer(redemption, AnswerKind.BROKEN)).why
    cap = stock.StockedPrize("cap", "Cap", 1)
    await box.ledger.write(lambda tx: stock.import_prizes(tx, [cap], "tester"))
    assert (await box.answer(redemption, AnswerKind.BROKEN, sku="cap")).accepted
    assert (await box.standing(redemption)).sku == "cap"
    assert (await box.ledger.read(lambda c: stock.find(c, "cap")))["held"] == 1


async def test_a_prize_that_nobody_took_is_back_and_its_code_good_again(box: SmallBox) -> None:
    redemption = await box.at(1, Stage.TAKE)
    assert "still open" in (await box.answer(redemption, AnswerKind.NOT_TAKEN)).why
    box.doors[1].move(DoorState.CLOSED)
    assert (await box.answer(redemption, AnswerKind.NOT_TAKEN)).standing.stage is Stage.DECLINED
    assert (await box.stock())["dispensed"] == 0
    assert (await box.ledger.read(lambda c: codes.find(c, 1)))["state"] == "ready"


async def test_by_rule_the_code_of_a_prize_that_nobody_took_is_void(
    directory: Path, settings: Temporal
) -> None:
    async with small_box(directory, settings, decline_voids_code=True) as box, box.release():
        redemption = await box.at(1, Stage.TAKE)
        box.doors[1].move(DoorState.CLOSED)
        assert (await box.answer(redemption, AnswerKind.NOT_TAKEN)).accepted
        assert (await box.ledger.read(lambda c: codes.find(c, 1)))["state"] == "voided"
        assert (await box.stock())["held"] == 0
