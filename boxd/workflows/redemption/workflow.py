"""The redemption workflow: from Enter to the closed door, however long people take.

It has the progress; the ledger has the facts. Every activity is idempotent and returns the
redemption's standing, so that a run may begin at any stage.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from boxd.redemption import ANSWERS_AT, Answer, RedemptionStanding, Reply, Stage, why_refused
    from boxd.workflows.local_activities import until_done
    from boxd.workflows.redemption import messages
    from boxd.workflows.redemption.messages import RedemptionStart, RedemptionStatus, Reminder
    from boxd.workflows.redemption.signatures import RedemptionSignatures

LOCKER = SearchAttributeKey.for_keyword("BoxdLocker")
STATE = SearchAttributeKey.for_keyword("BoxdState")

_UNTIL_DONE = until_done(longest_pause=timedelta(seconds=5))


@workflow.defn(name=messages.WORKFLOW)
class RedemptionWorkflow:
    """One redemption. Answers are updates; `status` is a query."""

    @workflow.init
    def __init__(self, start: RedemptionStart) -> None:
        self._start = start
        self._standing: RedemptionStanding | None = None
        self._asked_at = workflow.now()
        self._reminders = 0
        self._reminding: asyncio.Task[None] | None = None
        self._found_by = ("", "")

    @workflow.run
    async def run(self, start: RedemptionStart) -> RedemptionStanding:
        """Read the redemption's standing, then go from stage to stage until it has ended."""
        standing = self._follow(await self._look())
        if not standing.stage.has_ended:
            self._reminding = asyncio.create_task(self._remind())
        while not standing.stage.has_ended:
            if standing.stage is Stage.OPEN:
                standing = self._follow(await self._open_locker(standing))
            else:
                standing = await self._answered(standing)
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._let_people_find_it(standing)
        return standing

    @workflow.update
    async def answer(self, answer: Answer) -> Reply:
        """Accept a person's answer; the reply says whether it was accepted, or why not."""
        try:
            reply = await workflow.execute_local_activity_method(
                RedemptionSignatures.record_answer, answer, **_UNTIL_DONE
            )
        except FailureError as error:  # waiting does not help: the redemption is unknown
            why = "the answer could not be weighed; look at the question and answer again"
            raise ApplicationError(why, type="Refused") from error
        if reply.accepted:
            self._follow(reply.standing)
        return reply

    @answer.validator
    def check_answer(self, answer: Answer) -> None:
        """Refuse what can't be meant for the present question, before it enters the history.

        The ledger may be ahead of this workflow, never behind: it judges later steps itself.
        """
        if self._standing is None:
            if not self._start.digest:  # the claim is decided: the ledger judges the answer
                return
            raise ApplicationError("the code is still being checked", type="Refused")
        if answer.step > self._standing.step:
            return
        why = why_refused(self._standing.stage, self._standing.step, answer, None)
        if why:
            raise ApplicationError(why, type="Refused")

    @workflow.signal
    async def look_again(self) -> None:
        """Read the redemption's standing in the ledger."""
        if self._standing is not None:
            self._follow(await self._look())

    @workflow.query
    def status(self) -> RedemptionStatus:
        """The redemption's stage, what is pending, who has to act and since when."""
        standing = self._standing
        if standing is None:
            since = workflow.info().start_time.isoformat()
            return RedemptionStatus(None, ("the claim's verdict",), "box", since, 0)
        awaited = tuple(sorted(ANSWERS_AT.get(standing.stage, ())))
        who = "nobody" if standing.stage.has_ended else "operator" if awaited else "box"
        return RedemptionStatus(standing, awaited, who, standing.since, self._reminders)

    async def _look(self) -> RedemptionStanding:
        """The redemption's standing in the ledger; a start with a digest first claims."""
        return await workflow.execute_local_activity_method(
            RedemptionSignatures.claim, self._start, **_UNTIL_DONE
        )

    async def _open_locker(self, standing: RedemptionStanding) -> RedemptionStanding:
        return await workflow.execute_local_activity_method(
            RedemptionSignatures.open_locker, standing, **_UNTIL_DONE
        )

    async def _answered(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Wait until an answer has moved the redemption on."""
        self._let_people_find_it(standing)
        await workflow.wait_condition(lambda: self._standing is not standing)
        return self._standing or standing

    async def _remind(self) -> None:
        """Remind while nobody comes, with growing pauses.

        Only one timer is running at a time, and an answer does not cancel it: each start and each
        cancel would be a write to the card.
        """
        while True:
            standing, waits_s = self._standing, self._until_reminder_s()
            if standing is None or waits_s > 0:
                await workflow.sleep(waits_s)
                continue
            due_s = self._due_s()
            self._reminders += 1
            early_s = await workflow.execute_local_activity_method(
                RedemptionSignatures.remind,
                Reminder(standing, self._reminders, due_s),
                **_UNTIL_DONE,
            )
            if early_s and self._standing is standing:
                # The server's clock went ahead of the people's: this was no reminder yet.
                self._reminders -= 1
                await workflow.sleep(early_s)

    def _until_reminder_s(self) -> float:
        """How long until the next reminder of the present question, by the server's clock."""
        return self._due_s() - (workflow.now() - self._asked_at).total_seconds()

    def _due_s(self) -> float:
        """How long after the question the next reminder is due."""
        first_s = self._start.reminder_first_s
        if self._standing is not None and self._standing.stage is Stage.TAKE:
            first_s = self._start.door_left_open_s
        return _reminder_due_s(first_s, self._start.reminder_longest_s, self._reminders)

    def _follow(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Take the standing from the ledger, unless it is known already."""
        before = self._standing
        if before is not None and standing.step <= before.step:
            return before
        self._standing = standing
        self._asked_at = workflow.now()
        self._reminders = 0
        return standing

    def _let_people_find_it(self, standing: RedemptionStanding) -> None:
        """Write locker and state to Temporal's list, as old histories did.

        Each change is a commit of the server: now they are written once, with the start.
        """
        if not self._start.tells_its_stage:
            return
        locker = "" if standing.locker is None else str(standing.locker)
        found_by = (standing.stage.value, locker)
        if found_by != self._found_by:
            self._found_by = found_by
            workflow.upsert_search_attributes(
                [STATE.value_set(found_by[0]), LOCKER.value_set(found_by[1])]
            )


def _reminder_due_s(first_s: float, longest_s: float, reminders: int) -> float:
    """When the next reminder is due, after the question: the pauses double, up to a longest."""
    pauses = (
        min(first_s * 2.0 ** min(n, 20), max(first_s, longest_s)) for n in range(reminders + 1)
    )
    return sum(pauses)
