"""Recorded histories replay on the present code: no open redemption is broken by an upgrade."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.workflow import TaskWorkflow
from tests.histories.record import WAYS
from tests.histories.record_tasks import WAYS as TASK_WAYS

HISTORIES = Path(__file__).parents[1] / "histories"


@pytest.mark.parametrize(
    "name", sorted(file.stem for file in HISTORIES.glob("*.json") if "." not in file.stem)
)
async def test_a_recorded_redemption_replays(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")
    replayer = Replayer(workflows=[RedemptionWorkflow])
    await replayer.replay_workflow(WorkflowHistory.from_json(f"redemption-{name}", text))


@pytest.mark.parametrize("name", sorted(file.stem for file in HISTORIES.glob("*.*.json")))
async def test_a_recorded_task_or_issue_replays(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")
    replayer = Replayer(workflows=[TaskWorkflow, IssueCodeWorkflow])
    await replayer.replay_workflow(WorkflowHistory.from_json(name, text))


def test_every_way_of_a_redemption_is_recorded() -> None:
    assert {file.name.split(".")[0] for file in HISTORIES.glob("*.json")} >= set(WAYS)


def test_every_way_of_a_task_is_recorded() -> None:
    assert {file.name.split(".")[0] for file in HISTORIES.glob("*.*.json")} == set(TASK_WAYS)


async def test_a_workflow_that_decides_otherwise_does_not_replay() -> None:
    text = (HISTORIES / "dispensed.json").read_text(encoding="utf-8")
    other = re.sub(r'(?<="data": ")[^"]+', lambda found: _with_other_activity(found[0]), text)
    assert other != text
    replayer = Replayer(workflows=[RedemptionWorkflow])
    with pytest.raises(Exception, match=r"(?i)nondetermin"):
        await replayer.replay_workflow(WorkflowHistory.from_json("redemption-other", other))


def _with_other_activity(payload: str) -> str:
    """A payload of the history with another activity's name in the place of `open_locker`."""
    plain = base64.b64decode(payload)
    return base64.b64encode(plain.replace(b'"open_locker"', b'"flash_lights"')).decode("ascii")


@pytest.mark.parametrize(
    ("name", "timers"), [("issue_ended_by_hand", 1), ("issue_begun_again_at_once", 0)]
)
async def test_both_sides_of_the_patch_are_recorded_and_replay(name: str, timers: int) -> None:
    text = (HISTORIES / f"{name}.task.json").read_text(encoding="utf-8")
    assert text.count("EVENT_TYPE_TIMER_STARTED") == timers
    replayer = Replayer(workflows=[TaskWorkflow, IssueCodeWorkflow])
    await replayer.replay_workflow(WorkflowHistory.from_json(name, text))
