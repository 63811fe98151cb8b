"""Stopping boxd while the ledger is slow: what is committed is carried out and recorded."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

from boxd.ledger.ledger import Transaction, beside_each_write
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, AnswerKind
from tests.api.live_box import configured, live_box

LONGEST_S = 20


async def test_an_order_whose_commit_outlasts_its_caller_is_carried_out_before_the_devices_go(
    tmp_path: Path,
) -> None:
    config = configured(tmp_path)
    is_committing, goes_on = threading.Event(), threading.Event()

    def hold(_tx: Transaction) -> None:
        is_committing.set()
        goes_on.wait(LONGEST_S)

    async with live_box(config) as box:
        box.receive("mug", 1)
        step = box.claim("r-1", "mug").step
        loaded = Answer(
            id="answer-1",
            redemption="r-1",
            step=step,
            kind=AnswerKind.LOADED,
            actor="operator",
            daemon="this-run",
            deadline_s=boot_s() + LONGEST_S,
        )
        with beside_each_write(hold):
            asking = asyncio.create_task(box.parts.decisions.answer(loaded))
        assert await asyncio.to_thread(is_committing.wait, LONGEST_S)
        asking.cancel()
        threading.Timer(0.5, goes_on.set).start()  # from here on the box stops

    with sqlite3.connect(config.ledger_file) as ledger:
        assert ledger.execute("SELECT outcome FROM actuations").fetchall() == [("done",)]
