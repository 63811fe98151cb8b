"""What the HUD lists of the past: things that were done, each once."""

from __future__ import annotations

from datetime import timedelta

from boxd.ledger import overview, stock
from boxd.web.event_texts import event_line
from tests.ledger.conftest import ACTOR, Hands


def bring(hands: Hands, *prizes: stock.StockedPrize) -> None:
    """Import prizes, a second later."""
    hands.now += timedelta(seconds=1)
    hands.ledger.write_now(lambda tx: stock.import_prizes(tx, list(prizes), ACTOR))


def adjust(hands: Hands, sku: str, units: int) -> None:
    """Adjust the stock, a second later."""
    hands.now += timedelta(seconds=1)
    hands.ledger.write_now(lambda tx: stock.adjust(tx, sku, units, "counted", ACTOR))


async def seen(hands: Hands, newest: int) -> list[str]:
    """The newest lines of the HUD."""
    found = await hands.ledger.read(overview.read)
    names = {str(prize["sku"]): str(prize["name"]) for prize in found.stock}
    return [event_line(row, names, {})["text"] for row in found.events[:newest]]


async def test_a_bulk_import_is_one_line_and_hides_nothing(hands: Hands) -> None:
    bring(hands, stock.StockedPrize("pen", "Pen", 3))
    adjust(hands, "pen", -1)
    many = [stock.StockedPrize(f"p-{number}", f"Prize {number}", 2) for number in range(300)]
    bring(hands, *many)
    assert await seen(hands, 3) == [
        "600 units of 300 prizes received",
        "1 Pen written off",
        "3 Pen received",
    ]


async def test_what_was_done_twice_is_two_lines(hands: Hands) -> None:
    bring(hands, stock.StockedPrize("pen", "Pen", 3))
    adjust(hands, "pen", 1)
    adjust(hands, "pen", 1)
    assert await seen(hands, 3) == ["1 Pen received", "1 Pen received", "3 Pen received"]
