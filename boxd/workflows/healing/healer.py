"""Sees that every workflow goes on: one that stands still is ended and begun again.

The ledger has the facts, so that nothing is lost: the new workflow continues from the standing
that it finds there, and an order that was sent is never sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from temporalio.api.workflowservice.v1 import CountWorkflowExecutionsRequest
from temporalio.client import Client

from boxd.errors import LedgerUnusable, TemporalUnavailable
from boxd.ledger import (
    alarms,
    audit,
    issues,
    recoveries,
    redemption_standings,
    task_standings,
)
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s, utc_now
from boxd.temporal.queues import tasks_queue
from boxd.words import N_
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.healing.condition import (
    GONE,
    Condition,
    condition_of,
    ended_since,
    running_jobs,
    standing_still,
)
from boxd.workflows.healing.kept_histories import LARGEST_HISTORY, KeptHistories
from boxd.workflows.healing.subjects import Subject
from boxd.workflows.recovery import messages as of_recoveries
from boxd.workflows.redemption import messages
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks import messages as of_tasks
from boxd.workflows.tasks.reconciliation import reconcile_tasks
from boxd.workflows.tasks.service import TaskService

log = structlog.get_logger(__name__)

EVERY_S = 1.5
# What has ended is in the server's list within moments; the time in it is the wall clock's.
_LOOK_BACK = timedelta(seconds=30)
# A program that fails always would be begun again without end: from the third time on it waits.
_AT_ONCE = 3
_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 120.0
_FORGOTTEN_AFTER_S = 900.0
# The most looks until whatever happened is seen; `EVERY_S` of pause before each.
MOST_LOOKS = 2
# A task whose workflow was deleted is only seen by comparing all of them with the ledger. Few are
# compared whether the counts agree or not: the server may count a run that is no more. Many are
# compared when the counts differed twice by the same, and seldom while that stays so.
_FEW = 20
_LOOKS_AFTER_NOTHING = 8
JUST_STARTED_S = 3.0
_MOST_ALARMS = 10
ALARM = "workflow_healed"
_HEALED = N_(
    "{workflow} stood still: {why}. It was set up again and goes on from the ledger; nothing is"
    " lost and nothing is to be done. `boxd alarms clear` ends this alarm."
)
_HEALED_AND_KEPT = N_(
    "{workflow} stood still: {why}. It was set up again and goes on from the ledger; nothing is"
    " lost and nothing is to be done. What it had done is in {kept}. `boxd alarms clear` ends this"
    " alarm."
)
_MORE = N_("More workflows stood still and were set up again; `boxd audit tail` names them.")
_ENDED_AS = "boxd: it stood still; the ledger begins it again"


class Healer:
    """Looks at all workflows of the box every moment, and at a doubted one at once."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        box: str,
        tasks: TaskService,
        subjects: Sequence[Subject],
        histories: KeptHistories,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._box = box
        self._tasks = tasks
        self._subjects = subjects
        self._histories = histories
        self._seen: dict[str, datetime] = {}  # ended runs that were looked at
        self._met: set[str] = set()  # workflows that were seen on the server
        self._jobs: set[str] = set()  # those that end by themselves and ran at the last look
        self._healed: dict[str, tuple[int, float]] = {}  # workflow: how often, and when last
        self._difference = 0  # how many more tasks run than the ledger has open
        self._fruitless: int | None = None  # the difference in which a comparison found nothing
        self._looks_to_rest = 0  # before tasks are compared once more

    async def run(self) -> None:
        """Look again and again, for ever."""
        since = utc_now()
        while True:
            await self._connection.doubts.wait(EVERY_S)
            if not self._connection.worker_polls.is_set():
                continue
            try:
                await self.look(max(since, utc_now() - _LOOK_BACK))
            except (LedgerUnusable, TemporalUnavailable) as error:
                log.info("healing.waits", why=str(error))

    async def look(self, ended_since: datetime) -> None:
        """Look at all workflows once; of those that have ended, at those since then.

        Raises LedgerUnusable, TemporalUnavailable.
        """
        async with self._connection.reached() as client:
            await self._look(client, ended_since)

    async def _look(self, client: Client, since: datetime) -> None:
        for workflow, why in self._connection.doubts.take().items():
            await self._look_at(client, workflow, why)
        for found in await standing_still(client, self._box):
            await self._look_at(client, found.workflow)
        await self._look_at_ended(client, since)
        await self._look_at_few(client)
        await self._look_at_jobs(client)
        await self._compare_tasks(client)

    async def _look_at_ended(self, client: Client, since: datetime) -> None:
        """A workflow that has ended although the ledger says that it has to go on."""
        self._seen = {run: at for run, at in self._seen.items() if at > since - _LOOK_BACK}
        for found in await ended_since(client, self._box, since):
            if found.run not in self._seen:
                self._seen[found.run] = utc_now()
                if not await self._is_ended_in_the_ledger(found.workflow):
                    await self._look_at(client, found.workflow)

    async def _is_ended_in_the_ledger(self, workflow: str) -> bool:
        """Most that have ended are: the server need not be asked how."""
        subject = self._subject_of(workflow)
        if subject is None or subject.ends_by_itself:
            return subject is None
        return not await subject.is_open(subject.name_of(workflow, self._box))

    def _subject_of(self, workflow: str) -> Subject | None:
        return next((s for s in self._subjects if workflow.startswith(s.prefix)), None)

    async def _look_at_few(self, client: Client) -> None:
        """People wait for these, and they are few; one that was deleted is seen here."""
        open_ones = await self._ledger.read(redemption_standings.open_ones)
        workflows = [messages.workflow_id(each.redemption, self._box) for each in open_ones]
        open_issues = await self._ledger.read(issues.open_ones)
        workflows += [of_tasks.issue_workflow_id(each.issue, self._box) for each in open_issues]
        recovering = await self._ledger.read(recoveries.open_ones)
        workflows += [of_recoveries.workflow_id(each.recovery, self._box) for each in recovering]
        workflows += [
            each.prefix for each in self._subjects if each.is_one and await each.is_open("")
        ]
        self._met &= {*workflows, *self._jobs}
        for workflow in workflows:
            await self._look_at(client, workflow)

    async def _look_at_jobs(self, client: Client) -> None:
        """A job that ran at the last look and does not any more may have been deleted."""
        prefixes = tuple(each.prefix for each in self._subjects if each.ends_by_itself)
        running = {each.workflow for each in await running_jobs(client, self._box)}
        before, self._jobs = self._jobs, {name for name in running if name.startswith(prefixes)}
        self._met |= before
        for workflow in before - running:
            await self._look_at(client, workflow)

    async def _look_at(self, client: Client, workflow: str, why: str = "") -> None:
        """Heal a workflow if it does not go on although it has to."""
        subject = self._subject_of(workflow)
        if subject is None:
            return
        condition = await condition_of(client, workflow)
        if not condition.is_there and workflow not in self._met:
            return  # it is just being started
        self._met.add(workflow)
        why = condition.why or (why if condition.is_open else "")
        if not why or (subject.ends_by_itself and not _somebody_ended(condition)):
            return
        name = subject.name_of(workflow, self._box)
        has_to_go_on = await subject.is_open(name)
        if not has_to_go_on and not condition.is_open:
            return
        if self._has_turn(workflow):
            await self._heal(client, subject, workflow, condition, why, has_to_go_on)

    def _has_turn(self, workflow: str) -> bool:
        """Whether it may be healed now; a program that fails always is given growing pauses."""
        times, last_s = self._healed.get(workflow, (0, float("-inf")))
        now_s = boot_s()
        if now_s - last_s > _FORGOTTEN_AFTER_S:
            times = 0
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(times - _AT_ONCE, 10))
        if times >= _AT_ONCE and now_s - last_s < pause_s:
            return False
        long_ago_s = now_s - _FORGOTTEN_AFTER_S
        self._healed = {name: it for name, it in self._healed.items() if it[1] > long_ago_s}
        self._healed[workflow] = (times + 1, now_s)
        return True

    async def _heal(
        self,
        client: Client,
        subject: Subject,
        workflow: str,
        condition: Condition,
        why: str,
        has_to_go_on: bool,
    ) -> None:
        self._connection.doubts.set_up_again(workflow)
        kept = ""
        if condition.is_there and condition.history_bytes <= LARGEST_HISTORY:
            kept = await self._histories.keep(client, workflow, condition.run, utc_now())
        if condition.is_open:
            with unless_not_found():
                await client.get_workflow_handle(workflow, run_id=condition.run).terminate(
                    reason=f"{_ENDED_AS} ({why})"
                )
            self._seen[condition.run] = utc_now()
        await self._ledger.write(lambda tx: _record(tx, subject, workflow, why, kept, self._box))
        if has_to_go_on:
            await subject.begin(subject.name_of(workflow, self._box))
        log.warning("workflow.healed", workflow=workflow, why=why, history=kept or None)

    async def _compare_tasks(self, client: Client) -> None:
        """Compare the number of open tasks, and each of them if it differs or they are few."""
        for standing in await self._ledger.read(task_standings.approved_ones):
            if _age_s(standing.since) > JUST_STARTED_S:  # its code takes a moment
                await self._look_at(client, of_tasks.task_workflow_id(standing.task, self._box))
                await self._tasks.tell_approved(standing.task)
        if not await self._has_to_compare(client):
            return
        found = await reconcile_tasks(client, self._ledger, self._tasks, self._box)
        self._fruitless = None if found.tasks else self._difference
        self._looks_to_rest = _LOOKS_AFTER_NOTHING
        for task in found.tasks:
            await self._record_resumed(task)

    async def _has_to_compare(self, client: Client) -> bool:
        """Few always; many if their number differs from the ledger's twice by the same.

        A difference in which a comparison found nothing rests for some looks.
        """
        count = await self._ledger.read(task_standings.open_count)
        if 0 < count <= _FEW:
            return True
        before, self._difference = self._difference, await _running_tasks(client, self._box) - count
        self._looks_to_rest = max(0, self._looks_to_rest - 1)
        if self._difference == 0:
            return False
        is_new = self._difference == before != self._fruitless
        return is_new or not self._looks_to_rest

    async def _record_resumed(self, task: str) -> None:
        standing = await self._ledger.read(lambda c: task_standings.require(c, task))
        if _age_s(standing.since) < JUST_STARTED_S:
            return
        subject = next(s for s in self._subjects if s.name == "task")
        workflow, why = of_tasks.task_workflow_id(task, self._box), GONE
        await self._ledger.write(lambda tx: _record(tx, subject, workflow, why, "", self._box))


def _age_s(since: str) -> float:
    return (utc_now() - datetime.fromisoformat(since)).total_seconds()


def _somebody_ended(condition: Condition) -> bool:
    """Whether it runs and stands still, or a person has ended or deleted it."""
    is_gone = not condition.is_there
    return condition.is_open or is_gone or condition.why.startswith("somebody ")


def _record(
    tx: Transaction, subject: Subject, workflow: str, why: str, kept: str, box: str
) -> None:
    """Write down what was healed: in the audit trail, and as an alarm that names it."""
    detail: audit.Detail = {"workflow": workflow, "history": kept}
    is_redemption = subject.name == "redemption"
    redemption = subject.name_of(workflow, box) if is_redemption else None
    audit.append(tx, audit.Entry("boxd", "workflow.healed", why, redemption, detail=detail))
    standing = [each for each in alarms.active(tx.connection) if each["kind"] == ALARM]
    text = (_HEALED_AND_KEPT if kept else _HEALED).format(workflow=workflow, why=why, kept=kept)
    if len(standing) >= _MOST_ALARMS:
        workflow, text = "more", _MORE
    alarms.raise_alarm(tx, ALARM, workflow, text)


async def _running_tasks(client: Client, box: str) -> int:
    query = (
        f"WorkflowType='{of_tasks.TASK}' AND ExecutionStatus='Running'"
        f" AND TaskQueue='{tasks_queue(box)}'"
    )
    request = CountWorkflowExecutionsRequest(namespace=client.namespace, query=query)
    counted = await client.workflow_service.count_workflow_executions(request, retry=True)
    return int(counted.count)
