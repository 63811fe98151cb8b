"""Changes that wait at the same time are one commit, and fail alone or with the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from boxd.errors import LedgerUnusable, Refused
from boxd.ledger import audit
from boxd.ledger.ledger import Ledger, Transaction
from tests.ledger.busy_writer import Busy


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def noted(tx: Transaction, name: str) -> None:
    audit.append(tx, audit.Entry("tester", name))


def refused(tx: Transaction) -> None:
    noted(tx, "refused")
    raise Refused("not this one")


def full(_: Transaction) -> None:
    raise LedgerUnusable("the disk is full")


async def names(ledger: Ledger) -> list[str]:
    rows = await ledger.read(lambda c: audit.rows_after(c, 0, 1000))
    return [str(row["action"]) for row in rows if row["actor"] == "tester"]


async def test_a_crowd_of_fifty_is_four_commits_in_the_order_of_their_coming(
    ledger: Ledger,
) -> None:
    busy, before = Busy(ledger), ledger.commits
    await busy.begun()
    crowd = [
        asyncio.create_task(ledger.write(lambda tx, n=n: noted(tx, f"{n:02}"))) for n in range(50)
    ]
    await asyncio.sleep(0)  # each has asked
    busy.let_go()
    await asyncio.gather(busy.task, *crowd)
    assert ledger.commits == before + 1 + 4
    assert await names(ledger) == [f"{n:02}" for n in range(50)]


async def test_one_that_is_refused_takes_back_its_own_alone(ledger: Ledger) -> None:
    busy = Busy(ledger)
    await busy.begun()
    crowd = [
        asyncio.create_task(ledger.write(each))
        for each in (lambda tx: noted(tx, "first"), refused, lambda tx: noted(tx, "last"))
    ]
    await asyncio.sleep(0)
    busy.let_go()
    _, first, second, last = await asyncio.gather(busy.task, *crowd, return_exceptions=True)
    assert (first, last) == (None, None)
    assert isinstance(second, Refused)
    assert await names(ledger) == ["first", "last"]


async def test_each_of_several_that_all_fail_has_its_own_reason(ledger: Ledger) -> None:
    busy = Busy(ledger)
    await busy.begun()
    crowd = [asyncio.create_task(ledger.write(each)) for each in (refused, full)]
    await asyncio.sleep(0)
    busy.let_go()
    _, *errors = await asyncio.gather(busy.task, *crowd, return_exceptions=True)
    assert [type(each) for each in errors] == [Refused, LedgerUnusable]
    assert await names(ledger) == []


async def test_a_disk_that_rolls_all_back_has_kept_none_of_them(ledger: Ledger) -> None:
    def lost(tx: Transaction) -> None:
        tx.connection.execute("ROLLBACK")  # as SQLite does of itself when the disk is full
        raise Refused("nothing is left")

    busy = Busy(ledger)
    await busy.begun()
    crowd = [
        asyncio.create_task(ledger.write(each))
        for each in (lambda tx: noted(tx, "first"), lost, lambda tx: noted(tx, "last"))
    ]
    await asyncio.sleep(0)
    busy.let_go()
    _, *errors = await asyncio.gather(busy.task, *crowd, return_exceptions=True)
    assert [type(each) for each in errors] == [Refused] * 3
    assert await names(ledger) == []
    await ledger.write(lambda tx: noted(tx, "after"))
    assert await names(ledger) == ["after"]


async def test_a_caller_that_is_cancelled_does_not_stop_its_change(ledger: Ledger) -> None:
    busy = Busy(ledger)
    await busy.begun()
    kept = asyncio.create_task(ledger.write(lambda tx: noted(tx, "kept")))
    await asyncio.sleep(0)
    kept.cancel()
    await asyncio.sleep(0)
    busy.let_go()
    await busy.task
    await ledger.write(lambda tx: noted(tx, "after"))
    assert await names(ledger) == ["kept", "after"]
