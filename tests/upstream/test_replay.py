"""Recorded histories replay on the present code: no delivery under way is broken by an upgrade."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from boxd.workflows.upstream.pull_workflow import PullWorkflow
from boxd.workflows.upstream.workflow import UpstreamWorkflow
from tests.upstream.record import HERE, WAYS

HISTORIES = {file.stem: file.read_text(encoding="utf-8") for file in HERE.glob("*.json")}


@pytest.mark.parametrize("name", sorted(HISTORIES))
async def test_a_recorded_history_replays(name: str) -> None:
    history = WorkflowHistory.from_json(name, HISTORIES[name])
    await Replayer(workflows=[UpstreamWorkflow, PullWorkflow]).replay_workflow(history)


def test_every_way_is_recorded() -> None:
    assert set(HISTORIES) == set(WAYS)
