"""Who waits for the engine hears at once that the ledger took somebody else's answer.

There is no Temporal server here: without the ledger's word, each would wait for its deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.devices import DeviceState
from boxd.fates import Fates
from boxd.ledger import attendees, claims, codes, lockers, lockouts, stock, task_publishing, tasks
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.issue_steps import IssueSteps
from boxd.ledger.issuing import IssueRules
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, AnswerKind, Reply
from boxd.task import Asked, Scan, TaskReply, Verdict, Withdrawal
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions, RedemptionRules
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.activities import TaskActivities
from boxd.workflows.tasks.service import TaskService
from tests.api.live_box import configured
from tests.bays.devices import LatchInMemory
from tests.workflows.event import BOX, CHECKPOINTS, KINDS, until

RUN = "this run"
KEYS = CodeKeys(b"c" * 32, b"r" * 32)
LOCKOUT = lockouts.LockoutRule(3, 30.0, 100.0)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """Redemption r1 waits for the operator, a mug in locker 1; tasks can be begun."""
    ledger = Ledger(tmp_path / "ledger.db")

    def prepare(tx: Transaction) -> None:
        lockers.declare(tx, [1])
        prizes = [stock.StockedPrize(sku, sku.title(), 3) for sku in ("mug", "shirt")]
        stock.import_prizes(tx, prizes, "tester")
        code = codes.issue(tx, codes.CodeOrder("attendee 1", BOX, 8, 7, "tester", "mug"), KEYS)
        rules = claims.ClaimRules(BOX, [1], LOCKOUT, lockouts.BootClock("boot", 1.0))
        claims.claim(tx, claims.Claim("r1", "bay-1", KEYS.digest(str(code["code"])), True), rules)
        task_publishing.declare(tx, KINDS, CHECKPOINTS)

    ledger.write_now(prepare)
    yield ledger
    ledger.close()


@dataclass
class Desk:
    """One redemption; `workflow` decides as its workflow's activity does."""

    people: RedemptionService
    workflow: RedemptionDecisions

    async def waits(self, answer: Answer) -> asyncio.Task[Reply]:
        """Somebody answers, and waits."""
        waiting = asyncio.create_task(self.people.answer(answer))

        async def is_expected() -> bool:
            return any(fate.request.id == answer.id for fate in self.workflow.fates.expected())

        await until(is_expected, "the answer")
        return waiting


@pytest.fixture
async def desk(ledger: Ledger, tmp_path: Path) -> AsyncIterator[Desk]:
    """No server has ever answered it."""
    latch = LatchInMemory("x", None)
    parts = LockerParts(1, "bay-1", latch, lambda: DeviceState.READY, None)
    opener, nowhere = Opener(ledger, [parts], 3.0), ServerConnection()
    decisions = RedemptionDecisions(
        ledger, opener, Announcer(ledger, {}), RedemptionRules(BOX, RUN, LOCKOUT, False)
    )
    starter = WorkflowStarter(nowhere, configured(tmp_path))
    service = RedemptionService(nowhere, ledger, decisions, starter)
    yield Desk(service, decisions)
    await service.close()
    await decisions.finish()
    await opener.finish()


def said(name: str, kind: AnswerKind, within_s: float = 0, sku: str = "") -> Answer:
    deadline_s = boot_s() + within_s if within_s else 0.0
    run = RUN if within_s else ""
    return Answer(name, "r1", 1, kind, name, sku=sku, daemon=run, deadline_s=deadline_s)


@pytest.mark.parametrize(
    ("taken", "sku", "why"),
    [
        (AnswerKind.LOADED, "", "the box is at work"),
        (AnswerKind.SUBSTITUTED, "shirt", "(step 1) has been answered"),
        (AnswerKind.DECLINED, "", "has ended (declined)"),
    ],
)
async def test_of_two_answers_the_one_that_lost_is_told_when_the_other_is_committed(
    desk: Desk, taken: AnswerKind, sku: str, why: str
) -> None:
    waiting = await desk.waits(said("anna", AnswerKind.CANCELLED))
    assert (await desk.workflow.answer(said("ben", taken, within_s=60, sku=sku))).accepted
    reply = await waiting
    assert (reply.accepted, why in reply.why) == (False, True), reply.why


async def test_an_answer_that_is_given_again_hears_that_the_first_was_taken(desk: Desk) -> None:
    waiting = await desk.waits(said("anna", AnswerKind.LOADED))
    assert (await desk.workflow.answer(said("anna", AnswerKind.LOADED, within_s=60))).accepted
    assert (await waiting).accepted


@pytest.mark.parametrize("kind", ["demo", "hunt"])
async def test_a_verdict_or_scan_of_a_task_that_is_given_up_is_refused_at_once(
    ledger: Ledger, kind: str
) -> None:
    fates = Fates[Asked, TaskReply](RUN)
    service = TaskService(ServerConnection(), ledger, BOX, fates)
    begun = await ledger.write(
        lambda tx: tasks.start(tx, kind, attendees.number_of(tx, "ada"), "app")
    )
    requests: dict[str, Asked] = {
        "demo": Verdict("v", begun.task, True, "Eva"),
        "hunt": Scan("s", begun.task, "stage", "app"),
    }
    waiting = asyncio.create_task(service.take(requests[kind]))

    async def is_expected() -> bool:
        return bool(fates.expected())

    await until(is_expected, "the request")
    steps = IssueSteps(IssueRules(BOX, 8, 7, 0), KEYS)
    given_up = Withdrawal("w", begun.task, "Ben", "", daemon=RUN, deadline_s=boot_s() + 60)
    assert (await TaskActivities(ledger, fates, steps).record_withdrawal(given_up)).accepted
    reply = await waiting
    assert not reply.accepted and "nothing is awaited any more" in reply.why
