"""What a workflow is for, and how it is begun again from the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from boxd.ledger import issues, recoveries, redemption_standings, task_standings
from boxd.ledger.ledger import Ledger
from boxd.workflows.box_ids import without_box
from boxd.workflows.erasing.messages import CHILDREN, erasing_workflow_id
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.housekeeping.service import ScheduleKeeper
from boxd.workflows.notices.messages import notices_workflow_id
from boxd.workflows.notices.service import NoticeService
from boxd.workflows.recovery import messages as of_recoveries
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.redemption import messages as of_redemptions
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.tasks import messages as of_tasks
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.upstream.messages import upstream_workflow_id
from boxd.workflows.upstream.signalling import DeliverySignaller


@dataclass(frozen=True)
class Subject:
    """One kind of workflow.

    `prefix` begins its workflow ids; the id in the ledger follows, then the box. `is_open` says
    whether it has to go on; `begin` begins it again. `ends_by_itself` is set if only a person can
    end it too early: that it has ended, with an error or without, is otherwise its own matter.
    `is_one` is set if there is just one, with `prefix` as its id.
    """

    prefix: str
    name: str
    is_open: Callable[[str], Awaitable[bool]]
    begin: Callable[[str], Awaitable[None]]
    ends_by_itself: bool = False
    is_one: bool = False

    def name_of(self, workflow: str, box: str) -> str:
        """What the ledger calls it."""
        return without_box(workflow, box).removeprefix(self.prefix)


def subjects(
    box: str,
    ledger: Ledger,
    redemption_service: RedemptionService,
    tasks: TaskService,
    recovery_service: RecoveryService,
    schedules: ScheduleKeeper,
    histories: ErasingService,
    upstream: DeliverySignaller | None,
    notices: NoticeService | None,
) -> Sequence[Subject]:
    """Every kind of workflow of a box."""
    rows = _Rows(ledger, redemption_service, tasks, recovery_service)
    found = [
        Subject(of_redemptions.PREFIX, "redemption", rows.redeems, rows.redeem),
        Subject(of_tasks.TASK_PREFIX, "task", rows.waits, rows.wait),
        Subject(of_tasks.ISSUE_PREFIX, "issue", rows.issues, rows.issue),
        Subject(of_recoveries.PREFIX, "recovery", rows.recovers, rows.recover),
        Subject(
            f"housekeeping-{box}-",
            "housekeeping",
            schedules.is_scheduled,
            schedules.run_again,
            ends_by_itself=True,
        ),
    ]
    workflow, begin = erasing_workflow_id(box), partial(_erase, histories)
    are_left = partial(_are_left, histories)
    found.append(Subject(workflow, "erasing", are_left, begin, is_one=True))
    found.append(Subject(CHILDREN, "erasing", are_left, begin, ends_by_itself=True))
    if upstream is not None:
        workflow, begin = upstream_workflow_id(box), partial(_deliver, upstream)
        found.append(Subject(workflow, "delivery", _always, begin, is_one=True))
    if notices is not None:
        workflow, begin = notices_workflow_id(box), partial(_tell, notices)
        found.append(Subject(workflow, "notices", _always, begin, is_one=True))
    return found


class _Rows:
    """What is a row in the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        redemption_service: RedemptionService,
        tasks: TaskService,
        recovery_service: RecoveryService,
    ) -> None:
        self._ledger = ledger
        self._redemptions = redemption_service
        self._tasks = tasks
        self._recoveries = recovery_service

    async def redeems(self, redemption: str) -> bool:
        found = await self._ledger.read(partial(redemption_standings.find, redemption=redemption))
        return found is not None and not found.stage.has_ended

    async def redeem(self, redemption: str) -> None:
        standing = await self._ledger.read(lambda c: redemption_standings.require(c, redemption))
        await self._redemptions.resume(standing)

    async def waits(self, task: str) -> bool:
        found = await self._ledger.read(partial(task_standings.find, task=task))
        return found is not None and not found.state.has_ended

    async def wait(self, task: str) -> None:
        await self._tasks.resume(await self._ledger.read(lambda c: task_standings.require(c, task)))

    async def issues(self, issue: str) -> bool:
        found = await self._ledger.read(partial(issues.find, issue=issue))
        return found is not None and not found.state.has_ended

    async def issue(self, issue: str) -> None:
        await self._tasks.resume_issue(await self._ledger.read(lambda c: issues.require(c, issue)))

    async def recovers(self, recovery: str) -> bool:
        found = await self._ledger.read(partial(recoveries.find, recovery=recovery))
        return found is not None and not found.has_ended

    async def recover(self, recovery: str) -> None:
        standing = await self._ledger.read(lambda c: recoveries.require(c, recovery))
        await self._recoveries.resume(standing)


async def _always(_: str) -> bool:
    return True


async def _are_left(histories: ErasingService, _: str) -> bool:
    return await histories.left() > 0


async def _erase(histories: ErasingService, _: str) -> None:
    await histories.look()


async def _deliver(upstream: DeliverySignaller, _: str) -> None:
    await upstream.try_now()


async def _tell(notices: NoticeService, _: str) -> None:
    await notices.look()
