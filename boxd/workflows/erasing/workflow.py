"""The workflows that delete the histories of forgotten people's tasks.

The ledger has the list; a task leaves it when its history is gone. The parent takes some of them
at a time and gives each of its children a share, until none is left.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError

with workflow.unsafe.imports_passed_through():
    from boxd.workflows.erasing import messages
    from boxd.workflows.erasing.messages import EraseStart
    from boxd.workflows.erasing.signatures import ErasingSignatures
    from boxd.workflows.local_activities import until_done

_UNTIL_DONE = until_done(longest_pause=timedelta(seconds=30))
_TASK_TIMEOUT = timedelta(seconds=2)
# A code that is just being issued holds the history of its task for some seconds.
_LOOK_AGAIN = timedelta(seconds=10)


@workflow.defn(name=messages.ERASE_HISTORIES)
class EraseHistoriesWorkflow:
    """Deletes all that is on the list. The signal `more` means that something was added."""

    @workflow.init
    def __init__(self, start: EraseStart) -> None:
        self._has_more = True

    @workflow.run
    async def run(self, start: EraseStart) -> None:
        """Take turns until the list is empty; after so many, continue as new."""
        for turn in range(start.turns):
            self._has_more = False
            found = await workflow.execute_local_activity_method(
                ErasingSignatures.next_histories, start.children * start.tasks_each, **_UNTIL_DONE
            )
            if not found.left:
                if not self._has_more:
                    return
            elif not found.tasks or not await self._share(start, found.tasks, turn):
                await workflow.sleep(_LOOK_AGAIN)
        workflow.continue_as_new(start)

    @workflow.signal
    def more(self) -> None:
        """Look at the list once more before the end."""
        self._has_more = True

    async def _share(self, start: EraseStart, tasks: tuple[str, ...], turn: int) -> bool:
        """One turn: each child deletes some, all at the same time; returns whether all did."""
        each = start.tasks_each
        shares = [tasks[first : first + each] for first in range(0, len(tasks), each)]
        before = turn * start.children
        done = await asyncio.gather(
            *(self._child(start.box, before + number, share) for number, share in enumerate(shares))
        )
        return all(done)

    async def _child(self, box: str, number: int, tasks: tuple[str, ...]) -> bool:
        try:
            await workflow.execute_child_workflow(
                EraseSomeWorkflow.run,
                list(tasks),
                id=messages.share_workflow_id(box, workflow.info().run_id, number),
                task_timeout=_TASK_TIMEOUT,
            )
        except ChildWorkflowError:
            # Somebody ended it: its tasks are still on the list, and the next turn has them again.
            return False
        return True


@workflow.defn(name=messages.ERASE_SOME)
class EraseSomeWorkflow:
    """Deletes the histories of some tasks."""

    @workflow.run
    async def run(self, tasks: list[str]) -> None:
        """Try until they are gone."""
        await workflow.execute_local_activity_method(
            ErasingSignatures.erase_histories, tasks, **_UNTIL_DONE
        )
