"""Units between two boxes in the console and by the commands' API: sent, signed for, decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from boxd.ledger import alarms, stock_arrivals
from boxd.roles import Role
from boxd.stock_move import StockOrder, StockReport
from tests.api.live_box import configured, live_box
from tests.console.conftest import Console, Person

FLEET = (
    '[fleet]\nnumber = 2\nevent = "fair"\naddress = "127.0.0.1:9"\n'
    'box_names = ["Hall A", "Hall B"]\n'
)


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    """The console of box 2 of an event, with five mugs."""
    async with live_box(configured(tmp_path, FLEET)) as box:
        box.receive("mug", 5)
        yield Console(box, box.application().for_tcp())


async def test_units_leave_for_another_box_by_its_name(console: Console, organiser: Person) -> None:
    said = await organiser.press("/o/prizes/moves/send", 404, sku="mug", units="2", to="Hall C")
    assert "no box is called 'Hall C'" in said
    said = await organiser.press("/o/prizes/moves/send", sku="mug", units="2", to="hall a")
    assert "2 under way to box Hall A" in said
    assert console.box.on_hand("mug") == 3
    snapshot = await console.box.settled()
    assert [(each["direction"], each["missing"]) for each in snapshot["stock_moves"]] == [
        ("out", 2)
    ]


async def test_what_arrived_is_signed_for_and_the_rest_decided(
    console: Console, organiser: Person
) -> None:
    order = StockOrder("1-000042", "mug", "Mug", 4, 1, 2)
    console.box.ledger.write_now(lambda tx: stock_arrivals.expect(tx, order, StockReport()))
    assert "4 under way from box Hall A" in await organiser.see("/o/prizes")
    said = await organiser.press("/o/prizes/moves/1-000042/arrival", units="3")
    assert "1 of 4 are missing, box Hall A" in said
    assert console.box.on_hand("mug") == 8

    home = await organiser.see("/o")
    assert "1 of mug from box 1 did not arrive" in home
    fields = {"units": "1", "became": "lost", "reason": "the carton was open"}
    said = await organiser.press("/o/prizes/moves/1-000042/settlement", **fields)

    assert "are missing" not in said
    assert console.box.ledger.write_now(lambda tx: alarms.active(tx.connection)) == []
    settled = console.actions("stock_move.settled")
    assert [(row["actor"], row["cause"]) for row in settled] == [
        ("Olga (staff)", "the carton was open")
    ]


async def test_an_attendant_sends_nothing(console: Console) -> None:
    eva = await console.person(Role.ATTENDANT, "Eva")
    await eva.press("/o/prizes/moves/send", 403, sku="mug", units="2", to="1")
