"""Time can be turned back: each recorded way opens, and shows what its workflow knew, and where."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from boxd.redemption import RedemptionStanding
from boxd.workflows.redemption.messages import RedemptionStart
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.replays import from_file
from boxd.workflows.time_machine import TimeMachine

HISTORIES = Path(__file__).parents[1] / "histories"
DISPENSED = HISTORIES / "dispensed.json"


@workflow.defn(name="Redemption", sandboxed=False)
class WaitsFirst(RedemptionWorkflow):
    """A release with one step more."""

    @workflow.init
    def __init__(self, start: RedemptionStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: RedemptionStart) -> RedemptionStanding:
        """Sleep, then go on."""
        await workflow.sleep(1)
        return await super().run(start)


@pytest.mark.parametrize("file", sorted(HISTORIES.glob("*.json")), ids=lambda file: file.stem)
async def test_each_recorded_way_opens_and_fits(file: Path) -> None:
    history, machine = from_file(None, file, None)
    assert (await machine.verdict(history)).fits
    moments = await machine.moments(history)
    assert moments[-1].last == len(history.events)
    assert all(each.state for each in moments)


async def test_each_step_shows_the_stage_what_happened_and_the_line_that_waits() -> None:
    history, machine = from_file(None, DISPENSED, None)
    moments = await machine.moments(history)
    stages = [each.state["standing"]["stage"] for each in moments]
    assert stages == ["load", "take", "dispensed"]
    assert any("activity claim" in each for each in moments[0].happened)
    assert any("(answer)" in each for each in moments[1].happened)
    assert "redemption/workflow.py:" in moments[0].line
    assert moments[-1].line == ""


async def test_a_step_back_is_the_state_after_an_earlier_event_and_no_digits_are_in_it() -> None:
    history, machine = from_file(None, DISPENSED, None)
    last = await machine.moment(history, len(history.events))
    before = await machine.moment(history, 13)
    assert (before.last, before.state["standing"]["stage"]) == (15, "take")
    assert last.state["standing"]["stage"] == "dispensed"
    assert "digest" not in json.dumps([before.state, last.state])


async def test_a_turn_is_stopped_at_where_it_begins_forward_and_backward() -> None:
    history, machine = from_file(None, DISPENSED, None)
    turns = machine.turns(history)
    assert turns == [7, 15, 23]
    for event in (23, 15, 15, 1):
        stops: list[str] = []
        moment = await machine.stopped(history, event, partial(stops.append, "stopped"))
        assert moment == await machine.moment(history, event)
        assert stops == ["stopped"]


async def test_a_history_that_does_not_fit_is_told_with_event_and_line() -> None:
    history = WorkflowHistory.from_json("redemption-1", DISPENSED.read_text(encoding="utf-8"))
    machine = TimeMachine([WaitsFirst], "default", DataConverter.default)
    verdict = await machine.verdict(history)
    assert not verdict.fits
    assert verdict.event == 1
    assert "the history has 1 workflow execution started; 5 activity claim" in verdict.why
    assert "LocalActivity" in verdict.why
