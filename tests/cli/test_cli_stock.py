"""`boxd stock`: units between two boxes, from the terminal."""

from __future__ import annotations

from boxd.ledger import stock_arrivals
from boxd.stock_move import StockOrder, StockReport
from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd

ORDER = StockOrder("1-000042", "mug", "Mug", 10, 1, 2)


def test_a_box_alone_is_told_what_to_do_instead(boxd: Boxd, box: BoxInThread) -> None:
    box.live.receive("mug", 5)
    said = boxd("stock", "send", "mug", "2", "--to", "2")
    assert said.code == 1
    assert "book the units at both boxes with `boxd prizes adjust`" in said.err
    assert box.live.on_hand("mug") == 5


def test_what_arrived_is_signed_for_and_the_rest_decided(boxd: Boxd, box: BoxInThread) -> None:
    box.live.ledger.write_now(lambda tx: stock_arrivals.expect(tx, ORDER, StockReport()))
    assert "under way" in boxd("stock", "list").out
    dry = boxd("stock", "arrive", "1-000042", "8", "--dry-run")
    assert "1-000042: 10 of mug, under way; 8 would be signed for" in dry.out
    said = boxd("stock", "arrive", "1-000042", "8")
    assert said.code == 0, said.err
    assert "2 of 10 are missing" in said.out
    assert "a person decides here" in boxd("stock", "list").out
    reason = ("--reason", "it lay at box 1")
    settled = ("stock", "settle", "1-000042", "2", "returned", *reason)
    assert "2 would be returned" in boxd(*settled, "--dry-run").out
    assert boxd(*settled).code == 0
    assert "no units are under way" in boxd("stock", "list").out
    assert box.live.on_hand("mug") == 8
    assert "no move 1-000042 is under way" in boxd(*settled, "--dry-run").err


def test_whoever_looks_for_what_lies_in_the_box_is_told_where(boxd: Boxd, box: BoxInThread) -> None:
    assert "what lies in this box: `boxd prizes list`" in boxd("stock").out
