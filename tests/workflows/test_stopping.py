"""Stopping boxd while the ledger is slow: what is committed is carried out and recorded."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import cast

from structlog.testing import capture_logs
from temporalio.client import Client

from boxd.ledger.claims import Claim
from boxd.ledger.ledger import Transaction, beside_each_write
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, AnswerKind
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.server_connection import ServerConnection
from tests.api.live_box import configured, live_box
from tests.temporal.conftest import until

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


async def test_a_claim_whose_caller_has_gone_is_shown_at_its_bay_when_it_is_committed(
    tmp_path: Path,
) -> None:
    is_committing, goes_on = threading.Event(), threading.Event()

    def hold(_tx: Transaction) -> None:
        is_committing.set()
        goes_on.wait(LONGEST_S)

    async with live_box(configured(tmp_path)) as box:
        box.receive("mug", 1)
        digest = box.parts.keys.digest(str(box.issue("mug")["code"]))
        with beside_each_write(hold):
            asking = asyncio.create_task(
                box.parts.decisions.claim(Claim("r-1", "bay-1", digest, True))
            )
        assert await asyncio.to_thread(is_committing.wait, LONGEST_S)
        asking.cancel()
        goes_on.set()
        await box.until_shown(lambda shown: shown["bays"][0]["state"] == "busy")


async def test_a_workflow_that_could_not_be_started_by_a_mistake_is_in_the_log(
    tmp_path: Path,
) -> None:
    async with live_box(configured(tmp_path)) as box:
        box.receive("mug", 1)
        connection = ServerConnection()
        connection.use(cast(Client, object()))
        connection.worker_polls.set()
        starter = WorkflowStarter(connection, configured(tmp_path))
        with capture_logs() as logged:
            starter.start_soon(box.claim("r-1", "mug"))
            await until(lambda: logged, "a word in the log")
    assert [each["event"] for each in logged] == ["workflow.not_started"]
