"""Keeps this box's workers running: connected, reconciled, and back after the server was away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from boxd.config import Config
from boxd.errors import LedgerUnusable, TemporalUnavailable
from boxd.ledger.ledger import Ledger
from boxd.temporal.client import connect
from boxd.temporal.seal import Seal
from boxd.temporal.worker import create_tasks_worker, create_worker
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.erasing.workflow import EraseHistoriesWorkflow, EraseSomeWorkflow
from boxd.workflows.housekeeping import workflows
from boxd.workflows.housekeeping.service import ScheduleKeeper
from boxd.workflows.left_running import end_left_running
from boxd.workflows.notices.service import NoticeService, end_notices
from boxd.workflows.notices.workflow import NoticesWorkflow
from boxd.workflows.place.workflow import PlaceWorkflow
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.recovery.workflow import RecoveryWorkflow
from boxd.workflows.redemption.reconciliation import catch_up, end_undecided
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.reconciliation import reconcile_tasks
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.tasks.workflow import TaskWorkflow
from boxd.workflows.unreadable import end_unreadable
from boxd.workflows.upstream.pull_workflow import PullWorkflow
from boxd.workflows.upstream.signalling import DeliverySignaller, end_delivery, end_pulling
from boxd.workflows.upstream.workflow import UpstreamWorkflow

log = structlog.get_logger(__name__)

# How often the server is probed; that costs it nothing on disk.
_ASK_EVERY_S = 2.0
_ANSWER_WITHIN_S = 2.0
_RETRY_S = 0.2
_AFTER_AN_ERROR_S = 2.0
# A server that hangs does not even refuse.
_RESUME_WITHIN_S = 30.0
WORKFLOWS = (
    RedemptionWorkflow,
    RecoveryWorkflow,
    PlaceWorkflow,
    UpstreamWorkflow,
    PullWorkflow,
    NoticesWorkflow,
    *workflows.ALL,
)
OF_TASKS = (TaskWorkflow, IssueCodeWorkflow, EraseHistoriesWorkflow, EraseSomeWorkflow)


@dataclass(frozen=True)
class Services:
    """The services that reach the workflows; `upstream` and `notices` if there are any."""

    connection: ServerConnection
    redemptions: RedemptionService
    tasks: TaskService
    recoveries: RecoveryService
    housekeeping: ScheduleKeeper
    histories: ErasingService
    upstream: DeliverySignaller | None = None
    notices: NoticeService | None = None


class Runner:
    """Owns the client and the workers: one for redemptions and the box's own jobs, one for tasks.

    `on_serving(True, "")` is called when answers reach the workflows, `on_serving(False, why)` when
    not; `on_undecided` with the bays whose code an earlier release had not decided when it ended.
    `hold_place` keeps the box's name at a service that others use too.
    """

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        seal: Seal,
        activities: Sequence[Callable[..., object]],
        activities_of_tasks: Sequence[Callable[..., object]],
        on_serving: Callable[[bool, str], None],
        on_undecided: Callable[[Sequence[str]], Awaitable[None]],
        hold_place: Callable[[Client], Awaitable[None]],
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._seal = seal
        self._activities = activities
        self._activities_of_tasks = activities_of_tasks
        self._on_serving = on_serving
        self._on_undecided = on_undecided
        self._hold_place = hold_place
        self._doubted = asyncio.Event()

    async def run(self, services: Services) -> None:
        """Keep a worker running; ends only when cancelled, after a clean worker stop."""
        while True:
            try:
                await self._work(services)
            except Exception as error:
                log.error("worker.crashed", exc_info=error)
                self._on_serving(False, f"the worker ended by an error: {type(error).__name__}")
                await asyncio.sleep(_AFTER_AN_ERROR_S)

    async def _work(self, services: Services) -> None:
        """Connect and work until cancelled or something is wrong.

        The workers run before workflows are started: one that is started earlier is not eager, and
        its first task queues behind everything that the server has not acknowledged. Redemptions
        come first, because people stand at the box; tasks follow while codes are taken.
        """
        client = await self._connect()
        await self._until_done(lambda: self._end_undecided(client, services))
        box = self._config.box.id
        async with (
            create_worker(client, box, WORKFLOWS, self._activities),
            create_tasks_worker(client, box, OF_TASKS, self._activities_of_tasks),
        ):
            services.connection.worker_polls.set()
            try:
                while True:
                    await self._until_done(lambda: self._resume(client, services))
                    following = asyncio.create_task(self._follow_up(client, services))
                    try:
                        await self._until_silent(client)
                    finally:
                        await _end(following)
                    await self._until_it_answers(client)
            finally:
                services.connection.worker_polls.clear()

    async def _connect(self) -> Client:
        while True:
            try:
                return await connect(self._config.temporal, self._seal)
            except TemporalUnavailable as error:
                self._on_serving(False, str(error))
                await asyncio.sleep(_RETRY_S)

    async def _end_undecided(self, client: Client, services: Services) -> None:
        """End what can't be read or the ledger does not know, before a worker takes it."""
        await self._hold_place(client)
        services.connection.use(client)
        box = self._config.box.id
        await end_unreadable(client, box, self._seal, self._config.sealed_by_file)
        await self._hold_place(client)  # with another key its workflow was ended, too
        if services.upstream is not None or services.notices is not None:
            await end_left_running(client, box)
        bays = await end_undecided(client, self._ledger, box)
        if bays:
            log.warning("workflow.undecided", bays=bays)
        await self._on_undecided(bays)

    async def _resume(self, client: Client, services: Services) -> None:
        """Give a workflow to each open redemption: a new database may have lost some."""
        async with asyncio.timeout(_RESUME_WITHIN_S):
            box = self._config.box.id
            if resumed := await catch_up(client, self._ledger, services.redemptions, box):
                log.warning("redemptions.resumed", resumed=resumed)
        self._on_serving(True, "")

    async def _follow_up(self, client: Client, services: Services) -> None:
        """Look after tasks, upstream and schedules, while codes are taken and lockers open."""
        while why := await _why_undone(lambda: self._reconcile_tasks(client, services)):
            log.warning("tasks.not_resumed", why=why)
            await asyncio.sleep(_AFTER_AN_ERROR_S)
        while why := await _why_undone(lambda: services.recoveries.catch_up(client)):
            log.warning("recoveries.not_resumed", why=why)
            await asyncio.sleep(_AFTER_AN_ERROR_S)
        while why := await _why_undone(lambda: self._reconcile_upstream(client, services.upstream)):
            log.warning("delivery.not_resumed", why=why)
            await asyncio.sleep(_AFTER_AN_ERROR_S)
        while why := await _why_undone(lambda: self._reconcile_notices(client, services.notices)):
            log.warning("notices.not_resumed", why=why)
            await asyncio.sleep(_AFTER_AN_ERROR_S)
        while why := await _why_undone(services.histories.look):
            log.warning("erasing.not_resumed", why=why)
            await asyncio.sleep(_AFTER_AN_ERROR_S)
        await services.housekeeping.keep_up_to_date()

    async def _reconcile_tasks(self, client: Client, services: Services) -> None:
        found = await reconcile_tasks(client, self._ledger, services.tasks, self._config.box.id)
        if found.tasks or found.issues:
            log.info("tasks.resumed", tasks=len(found.tasks), issues=found.issues)

    async def _reconcile_upstream(self, client: Client, upstream: DeliverySignaller | None) -> None:
        box = self._config.box.id
        if upstream is None:
            await end_delivery(client, box)
        else:
            await upstream.try_now()
        if upstream is None or not upstream.pulls:
            await end_pulling(client, box)

    async def _reconcile_notices(self, client: Client, notices: NoticeService | None) -> None:
        if notices is None:
            await end_notices(client, self._config.box.id)
        else:
            await notices.look()

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        """Try until it is done; answers can't be carried out before."""
        while why := await _why_undone(work):
            self._on_serving(False, f"reconciliation waits: {why}")
            await asyncio.sleep(_RETRY_S)

    def doubt(self) -> None:
        """The server has died: check at once whether it is back, and what it still knows."""
        self._doubted.set()

    async def _until_silent(self, client: Client) -> None:
        """Return when the server's death is reported, or when it stops answering."""
        while not self._doubted.is_set() and not await _why_silent(client):
            await self._until_doubted(_ASK_EVERY_S)

    async def _until_it_answers(self, client: Client) -> None:
        """Probe until the server answers; a death reported meanwhile is the same absence."""
        while why := await _why_silent(client):
            self._on_serving(False, why)
            await asyncio.sleep(_RETRY_S)
        self._doubted.clear()

    async def _until_doubted(self, longest_s: float) -> None:
        """Wait until the server's death is reported, for `longest_s` at most."""
        try:
            await asyncio.wait_for(self._doubted.wait(), longest_s)
        except TimeoutError:
            return


async def _end(task: asyncio.Task[None]) -> None:
    """Stop a task that may have ended already. Raises the error that ended it."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


async def _why_undone(work: Callable[[], Awaitable[None]]) -> str:
    """Do it; returns why it could not be done now, empty if it was."""
    try:
        await work()
    except (RPCError, TemporalUnavailable, LedgerUnusable, TimeoutError) as error:
        return str(error) or "the Temporal server does not answer"
    return ""


async def _why_silent(client: Client) -> str:
    """Why the server counts as dead; empty while it answers.

    The server closes each connection after some minutes, and running calls on it fail. So it is
    probed twice, the second time over a new connection.
    """
    return await _why_no_answer(client) and await _why_no_answer(client)


async def _why_no_answer(client: Client) -> str:
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            await client.service_client.check_health()
    except (RPCError, TimeoutError) as error:
        return f"the Temporal server does not answer ({str(error) or 'no answer'}); one moment"
    return ""
