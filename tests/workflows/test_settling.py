"""The settler brings redemptions into line, whatever became of the workflow of one of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from temporalio import workflow

from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.config.schema import Temporal
from boxd.devices import DeviceState
from boxd.ledger import claims, codes, lockers, lockouts, redemption_standings, redemptions, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Stage
from boxd.temporal.client import connect
from boxd.temporal.queues import task_queue
from boxd.temporal.worker import create_worker
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions, RedemptionRules
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.redemption.settling import Settler
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.server_connection import ServerConnection
from tests.api.live_box import configured
from tests.bays.devices import LatchInMemory
from tests.temporal.conftest import serving
from tests.workflows.event import BOX, SEAL, until

LOCKOUT = lockouts.LockoutRule(3, 30.0, 100.0)


@workflow.defn(sandboxed=False)
class Mute:
    """A workflow that answers no query."""

    @workflow.run
    async def run(self) -> None:
        """Wait for ever."""
        await workflow.wait_condition(lambda: False)


def claimed(tx: Transaction, keys: CodeKeys, redemption: str, bay: str, locker: int) -> None:
    order = codes.CodeOrder("attendee 1", BOX, 8, 7, "tester", "mug")
    code = str(codes.issue(tx, order, keys)["code"])
    rules = claims.ClaimRules(BOX, [locker], LOCKOUT, lockouts.BootClock("boot", 1.0))
    claims.claim(tx, claims.Claim(redemption, bay, keys.digest(code), True), rules)


def prepared(folder: Path, keys: CodeKeys) -> Ledger:
    """Redemption r1 waits for the operator; nobody has settled the opening of r2."""
    ledger = Ledger(folder / "ledger.db")

    def prepare(tx: Transaction) -> None:
        lockers.declare(tx, [1, 2])
        stock.import_prizes(tx, [stock.StockedPrize("mug", "Mug", 3)], "tester")
        claimed(tx, keys, "r1", "bay-1", 1)
        claimed(tx, keys, "r2", "bay-2", 2)
        loaded = Answer("answer-1", "r2", 1, AnswerKind.LOADED, "tester")
        context = redemptions.AnswerContext(None, [2], False)
        assert redemptions.record_answer(tx, loaded, context).accepted

    ledger.write_now(prepare)
    return ledger


async def test_one_that_can_not_be_settled_does_not_keep_the_others(
    directory: Path, settings: Temporal
) -> None:
    keys = CodeKeys(b"c" * 32, b"r" * 32)
    ledger = prepared(directory, keys)
    parts = [
        LockerParts(each, f"bay-{each}", LatchInMemory("x", None), lambda: DeviceState.READY, None)
        for each in (1, 2)
    ]
    opener, announcer, connection = (
        Opener(ledger, parts, 3.0),
        Announcer(ledger, {}),
        ServerConnection(),
    )
    decisions = RedemptionDecisions(
        ledger, opener, announcer, RedemptionRules(BOX, "this run", LOCKOUT, False)
    )
    service = RedemptionService(
        connection,
        ledger,
        decisions,
        WorkflowStarter(connection, configured(directory)),
    )

    async def standing() -> RedemptionStanding:
        return await ledger.read(lambda c: redemption_standings.require(c, "r2"))

    async def is_settled() -> bool:
        return settling.done() or (await standing()).stage is not Stage.OPEN

    async with serving(settings, directory):
        client = await connect(settings, SEAL)
        connection.use(client)
        async with create_worker(client, BOX, [Mute], []):
            await client.start_workflow(
                Mute.run, id="redemption-r1@box-1", task_queue=task_queue(BOX)
            )
            connection.worker_polls.set()
            settling = asyncio.create_task(
                Settler(connection, ledger, service, opener, announcer, BOX).run()
            )
            await until(is_settled, "the end of the opening")
            is_running = not settling.done()
            settling.cancel()
            with suppress(asyncio.CancelledError):
                await settling
    assert is_running
    assert (await standing()).stage is Stage.JAM
    ledger.close()
