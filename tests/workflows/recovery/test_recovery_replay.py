"""Recorded histories of recoveries and of forgetting replay on the present code."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from boxd.workflows.recovery.workflow import RecoveryWorkflow
from tests.histories.record_recoveries import HERE, WAYS
from tests.workflows.healing.small_box import ERASING


@pytest.mark.parametrize("name", sorted(file.stem for file in HERE.glob("*.json")))
async def test_a_recorded_recovery_replays(name: str) -> None:
    text = (HERE / f"{name}.json").read_text(encoding="utf-8")
    replayer = Replayer(workflows=[RecoveryWorkflow, *ERASING])
    await replayer.replay_workflow(WorkflowHistory.from_json(name, text))


def test_every_way_is_recorded() -> None:
    assert {file.stem for file in HERE.glob("*.json")} == set(WAYS)
