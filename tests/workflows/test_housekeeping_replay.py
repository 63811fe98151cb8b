"""Recorded histories of housekeeping replay on the present code."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from boxd.workflows.housekeeping import workflows
from tests.histories.record_housekeeping import HERE, WAYS


@pytest.mark.parametrize("name", sorted(file.stem for file in HERE.glob("*.json")))
async def test_a_recorded_run_replays(name: str) -> None:
    text = (HERE / f"{name}.json").read_text(encoding="utf-8")
    replayer = Replayer(workflows=workflows.ALL)
    await replayer.replay_workflow(WorkflowHistory.from_json(name, text))


def test_every_way_is_recorded() -> None:
    assert {file.stem for file in HERE.glob("*.json")} == set(WAYS)
