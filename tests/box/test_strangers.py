"""Another user of the machine sends a running box every kind of message: nothing comes of it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.service import RPCError

from boxd.temporal.queues import task_queue, tasks_queue
from boxd.workflows.housekeeping.messages import RunPart
from boxd.workflows.housekeeping.schedules import schedule_id
from boxd.workflows.housekeeping.signatures import HousekeepingSignatures
from boxd.workflows.redemption.messages import workflow_id
from boxd.workflows.redemption.signatures import RedemptionSignatures
from boxd.workflows.runner import OF_TASKS, WORKFLOWS
from boxd.workflows.tasks.messages import task_workflow_id
from boxd.workflows.tasks.signatures import IssueSignatures, TaskSignatures
from boxd.workflows.upstream.signatures import UpstreamSignatures
from tests.box.booth import ROOT, Booth, Json, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.box.stranger import Known

ATTACK_S = 300
GOES_ON_WITHIN_S = 120
SIGNATURES = (
    RedemptionSignatures,
    TaskSignatures,
    IssueSignatures,
    HousekeepingSignatures,
    UpstreamSignatures,
)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="takes root: becomes another user")


def known_of(booth: Booth, open_ones: list[str]) -> Known:
    """Everything that there is to send, as the programs declare it."""
    declared = [workflow._Definition.must_from_class(each) for each in (*WORKFLOWS, *OF_TASKS)]
    folders = (booth.state, booth.state / "keys", booth.state / "temporal")
    files = [each for folder in folders for each in folder.iterdir()]
    return Known(
        port=booth.temporal_port,
        queues=[task_queue("box-1"), tasks_queue("box-1")],
        workflows=[str(each.name) for each in declared],
        open_ones=open_ones,
        updates=sorted({str(name) for each in declared for name in each.updates}),
        signals=sorted({str(name) for each in declared for name in each.signals}),
        queries=sorted({str(name) for each in declared for name in each.queries}),
        activities=sorted(names_of_activities()),
        schedules=[schedule_id("box-1", part) for part in RunPart],
        sockets=[str(each) for each in files if each.is_socket()],
        files=[str(each) for each in files if each.is_file()],
    )


def names_of_activities() -> Iterator[str]:
    for each in SIGNATURES:
        for name in vars(each):
            found = activity._Definition.from_callable(getattr(each, name))
            if found is not None:
                yield str(found.name)


def attacked(known: Known) -> Json:
    """Let the stranger send it all; what the stranger says of it."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.box.stranger"],
        input=json.dumps(asdict(known)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=ATTACK_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told: Json = json.loads(ran.stdout)
    return told


async def until_running(booth: Booth, workflows: list[str]) -> None:
    """Wait until these workflows run: the ledger comes first, and the server follows."""
    client = await Client.connect(f"127.0.0.1:{booth.temporal_port}")
    async with asyncio.timeout(60):
        for each in workflows:
            while True:
                with suppress(RPCError):
                    await client.get_workflow_handle(each).describe()
                    break
                await asyncio.sleep(0.05)


def people_trail(booth: Booth) -> list[Any]:
    """What people did, as the audit trail tells it."""
    trail = booth.ask_socket("GET", "/api/v1/audit?limit=1000")["audit"]
    return [[row["actor"], row["action"]] for row in trail if row["actor"] != "boxd"]


def goes_on(booth: Booth) -> bool:
    """Whether the operator can bring to its end what is asked."""
    with suppress(AssertionError):
        go_on_to_the_end(booth)
        return True
    return False


def is_rewarded(booth: Booth, task: str) -> bool:
    """Approve the task, again where its workflow was just being begun; whether it has its code."""
    with suppress(AssertionError):
        verdict = {"approved": True, "actor": "Eva"}
        booth.ask_socket("POST", f"/api/v1/tasks/{task}/verdict", verdict)
    shown: Json = booth.ask_socket("GET", f"/api/v1/tasks/{task}")["task"]
    return bool(shown["state"] == "rewarded")


@pytest.fixture
def known_booth(new_booth: Callable[..., Booth], tmp_path: Path) -> Booth:
    """A booth in a folder below those that everybody may enter."""
    booth = new_booth()
    for folder in (booth.folder, tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    booth.start()
    return booth


def test_whatever_another_user_sends_nothing_moves_and_nothing_is_stuck(
    known_booth: Booth,
) -> None:
    booth = known_booth
    booth.enter("bay-1", booth.issue_code())
    redemption = booth.prompt("load")["redemption"]
    asked = {"kind": "demo", "attendee": "ada", "actor": "app"}
    task = booth.ask_socket("POST", "/api/v1/tasks", asked)["task"]["id"]
    trail = people_trail(booth)
    seen = booth.trace()

    open_ones = [workflow_id(redemption, "box-1"), task_workflow_id(task, "box-1")]
    asyncio.run(until_running(booth, open_ones))
    told = attacked(known_of(booth, open_ones))

    assert told["opened"] == []
    assert min(told["sent"].values()) > 0, told["sent"]
    assert people_trail(booth) == trail
    assert [e for e in booth.trace()[len(seen) :] if "latch" in json.dumps(e)] == []
    assert booth.prompt("load")["redemption"] == redemption
    assert booth.ask_socket("GET", f"/api/v1/tasks/{task}")["task"]["state"] == "open"

    # Each time that it is begun again takes longer, so that what always fails takes no processor.
    wait_until("it goes on", lambda: goes_on(booth), GOES_ON_WITHIN_S)
    booth.enter("bay-2", booth.issue_code())
    booth.prompt("load", "bay-2")
    go_on_to_the_end(booth)
    wait_until("a code for the task", lambda: is_rewarded(booth, task), GOES_ON_WITHIN_S)
    booth.check_invariants()
