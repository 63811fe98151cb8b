"""A running box's histories: sealed for everybody, shown to whoever has the key."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest
from temporalio.client import Client, WorkflowFailureError, WorkflowHistory
from temporalio.worker import Replayer

from boxd.config.schema import Temporal
from boxd.temporal.binary import find_binary
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end


def in_clear(booth: Booth, workflow: str) -> str:
    """A history as everybody can read it who reaches the server."""
    command = [str(find_binary(Temporal())), "workflow", "show", "--workflow-id", workflow]
    address = f"127.0.0.1:{booth.temporal_port}"
    told = subprocess.run(
        [*command, "--address", address, "--output", "json"],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(booth.folder)},
    )
    return told.stdout


def test_the_key_shows_what_is_sealed_for_others(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    redemption = booth.prompt("load")["redemption"]
    booth.answer(booth.prompt("load"), "loaded", reason="by a person of flesh and blood")
    told = booth.command("redemptions", "history", redemption, "--json")
    shown = json.loads(told.stdout)
    assert "json/plain" not in in_clear(booth, f"redemption-{redemption}@box-1")
    replayer = Replayer(workflows=[RedemptionWorkflow])
    history = WorkflowHistory.from_json(f"redemption-{redemption}@box-1", shown)
    asyncio.run(replayer.replay_workflow(history))


def test_a_redemption_that_a_stranger_starts_stops_nobody(booth: Booth) -> None:
    async def forge() -> str:
        client = await Client.connect(f"127.0.0.1:{booth.temporal_port}")
        start = {"redemption": "made up", "bay": "bay-1", "digest": "00" * 32}
        forged = await client.start_workflow(
            "Redemption", start, id="redemption-made up", task_queue="boxd-box-1"
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await forged.result()
        return str(failed.value.cause)

    assert "not started by this box" in asyncio.run(asyncio.wait_for(forge(), 15))
    code = booth.issue_code()
    booth.kill()
    booth.start()
    booth.enter("bay-1", code)
    assert booth.prompt("load")


def test_what_is_open_goes_on_when_the_key_was_lost(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    prompt = booth.prompt("load")
    booth.stop()
    (booth.state / "keys" / "sealing.key").unlink()
    booth.start()
    assert booth.prompt("load")["redemption"] == prompt["redemption"]
    go_on_to_the_end(booth)
    wait_until("the redemption ends", booth.ended)
    booth.check_invariants()


def test_an_open_redemption_fits_the_release_that_recorded_it(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")

    def replayed() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "boxd.upgrade.replay_check", str(booth.config)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def has_a_workflow() -> bool:
        return "Redemption" in in_clear(
            booth, f"redemption-{booth.prompt('load')['redemption']}@box-1"
        )

    wait_until("the workflow was started", has_a_workflow)
    said = replayed()
    assert (said.returncode, said.stderr) == (0, "")
    assert int(said.stdout) >= 1
