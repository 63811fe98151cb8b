"""Replaying open workflows with this release's code while another release still runs them.

Run as `python -m boxd.upgrade.replay_check CONFIG` by the box's user, for both ways of an upgrade.
A workflow that decides otherwise in this release would stand still there; this finds it before
anything is stopped.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Replayer

from boxd import __version__
from boxd.config import Config, load
from boxd.errors import BoxdError
from boxd.temporal.client import connect
from boxd.temporal.queues import task_queue, tasks_queue
from boxd.temporal.seal import existing_seal
from boxd.temporal.worker import worker_options
from boxd.workflows.redemption import messages as redemption_messages
from boxd.workflows.runner import OF_TASKS, WORKFLOWS
from boxd.workflows.tasks import messages

_CONNECTS_WITHIN_S = 5
_MOST_SHOWN = 5


async def replay(client: Client, box: str) -> tuple[int, dict[str, str]]:
    """The number of open workflows, and the errors of those that don't replay."""
    queues = f"('{task_queue(box)}', '{tasks_queue(box)}')"
    found = client.list_workflows(f"ExecutionStatus = 'Running' AND TaskQueue IN {queues}")
    # The seal is bound to the namespace; a replayer that knows none takes another one.
    replayer = Replayer(
        namespace=client.namespace,
        workflows=[*WORKFLOWS, *OF_TASKS],
        workflow_runner=worker_options()["workflow_runner"],
        data_converter=client.data_converter,
    )
    count, failures = 0, {}
    async for history in found.map_histories():
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        count += 1
        if result.replay_failure is not None:
            failures[history.workflow_id] = str(result.replay_failure)
    return count, failures


async def _replay_open(config: Config) -> int:
    if not config.sealing_key_file.exists():  # a release that did not seal: all begins again
        return 0
    seal = existing_seal(config.sealing_key_file)
    client = await connect(config.temporal, seal, _CONNECTS_WITHIN_S)
    count, failures = await replay(client, config.box.id)
    if failures:
        raise BoxdError(in_words(failures, config.box.id))
    return count


def in_words(failures: dict[str, str], box: str) -> str:
    """What does not fit, for people: each by its name, with the way out."""
    shown = sorted(failures)[:_MOST_SHOWN]
    more = f" and {len(failures) - len(shown)} more" if len(failures) > len(shown) else ""
    named = "; ".join(_named(workflow, box) for workflow in shown)
    return (
        f"{len(failures)} of what is open can't be carried on by boxd {__version__}: {named}{more}."
        " Let it come to its end, or end it as said"
    )


def _named(workflow: str, box: str) -> str:
    """What a workflow is for, and how a person can end it."""
    if workflow.startswith(messages.TASK_PREFIX):
        name = messages.task_of(workflow, box)
        return f"task {name} (`boxd tasks give-up {name}` ends it)"
    if workflow.startswith(redemption_messages.PREFIX):
        name = redemption_messages.redemption_of(workflow, box)
        return f"redemption {name} (the operator ends it by answering on the HUD)"
    return f"{workflow} (it ends by itself soon)"


if __name__ == "__main__":
    try:
        print(asyncio.run(_replay_open(load(Path(sys.argv[1])))))
    except BoxdError as failed:
        sys.exit(str(failed))
