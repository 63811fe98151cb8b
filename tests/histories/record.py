"""Records the histories of redemptions, one for each way through the workflow.

python -m tests.histories.record

Run it when a released workflow has a new way; histories of released versions are kept as they are.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from boxd.config.schema import Temporal
from boxd.temporal.client import connect
from boxd.temporal.seal import existing_seal
from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.histories.opening import opened_history

HERE = Path(__file__).parent
WAYS: dict[str, Callable[[Booth], str]] = {}


def way(play: Callable[[Booth], str]) -> Callable[[Booth], str]:
    """A way through the workflow; returns the redemption's id when it is over."""
    WAYS[play.__name__] = play
    return play


def begin(booth: Booth, bay: str = "bay-1") -> str:
    booth.enter(bay, booth.issue_code())
    return str(booth.prompt("load", bay)["redemption"])


@way
def dispensed(booth: Booth) -> str:
    redemption = begin(booth)
    go_on_to_the_end(booth)
    return redemption


@way
def cancelled(booth: Booth) -> str:
    redemption = begin(booth)
    booth.type_keys("bay-1", "Cancel")
    booth.ended()
    return redemption


@way
def declined(booth: Booth) -> str:
    redemption = begin(booth)
    booth.say(booth.prompt("load"), "declined")
    booth.ended()
    return redemption


@way
def substituted(booth: Booth) -> str:
    redemption = begin(booth)
    booth.say(booth.prompt("load"), "substituted", sku="t-shirt")
    go_on_to_the_end(booth)
    return redemption


@way
def jammed_again(booth: Booth) -> str:
    booth.fault("locker-1", "jam")
    redemption = begin(booth)
    booth.say(booth.prompt("load"), "loaded")
    booth.prompt("jam")
    booth.fault("locker-1", "unjam")
    go_on_to_the_end(booth)
    return redemption


@way
def jammed_other_locker(booth: Booth) -> str:
    booth.fault("locker-1", "jam")
    redemption = begin(booth)
    booth.say(booth.prompt("load"), "loaded")
    booth.say(booth.prompt("jam"), "jammed", remedy="other_locker")
    go_on_to_the_end(booth)
    return redemption


@way
def asked_without_a_switch(booth: Booth) -> str:
    assert booth.command("lockers", "out-of-service", "3", "--reason", "test").returncode == 0
    redemption = begin(booth, "bay-2")
    booth.say(booth.prompt("load", "bay-2"), "loaded")
    booth.say(booth.prompt("ask", "bay-2"), "opened")
    go_on_to_the_end(booth)
    return redemption


def open_locker(booth: Booth) -> str:
    """A redemption whose locker is open."""
    redemption = begin(booth)
    booth.say(booth.prompt("load"), "loaded")
    booth.prompt("take")
    return redemption


@way
def opened_again(booth: Booth) -> str:
    redemption = open_locker(booth)
    booth.door(1, "closed")
    wait_until("reopened", lambda: booth.answer(booth.prompt("take"), "reopened").is_success)
    go_on_to_the_end(booth)
    return redemption


@way
def broken_and_replaced(booth: Booth) -> str:
    redemption = open_locker(booth)
    booth.say(booth.prompt("take"), "broken")
    booth.door(1, "closed")
    go_on_to_the_end(booth)
    return redemption


@way
def not_taken(booth: Booth) -> str:
    redemption = open_locker(booth)
    booth.door(1, "closed")
    wait_until("not taken", lambda: booth.answer(booth.prompt("take"), "not_taken").is_success)
    booth.ended()
    return redemption


@way
def reminded(booth: Booth) -> str:
    redemption = begin(booth)
    wait_until("a reminder", lambda: booth.snapshot()["alarms"])
    go_on_to_the_end(booth)
    return redemption


@way
def interrupted_at_load(booth: Booth) -> str:
    redemption = begin(booth)
    booth.kill()
    booth.start()
    booth.prompt("load")
    go_on_to_the_end(booth)
    return redemption


@way
def interrupted_while_opening(booth: Booth) -> str:
    booth.fault("locker-1", "jam")
    redemption = begin(booth)
    booth.answer(booth.prompt("load"), "loaded")
    booth.kill()
    booth.start()
    booth.fault("locker-1", "unjam")
    go_on_to_the_end(booth)
    return redemption


@way
def resumed_after_the_loss_of_temporal_s_database(booth: Booth) -> str:
    redemption = begin(booth)
    booth.kill()
    booth.delete_temporal_database()
    booth.start()
    booth.prompt("load")
    go_on_to_the_end(booth)
    return redemption


async def history_of(booth: Booth, redemption: str) -> str:
    seal = existing_seal(booth.state / "keys" / "sealing.key")
    client = await connect(Temporal(port=booth.temporal_port), seal)
    handle = client.get_workflow_handle(f"redemption-{redemption}@box-1")
    await handle.result()
    return opened_history((await handle.fetch_history()).to_json(), seal)


def without_machine(history: str) -> str:
    """The history without the process, host and folders that made it."""
    named = re.sub(r'("identity": )"[^"]*"', r'\1"boxd"', history)
    named = re.sub(r'("stackTrace": )"(?:[^"\\]|\\.)*"', r'\1""', named)
    return json.dumps(json.loads(named), indent=1) + "\n"


def main() -> None:
    """Play every way on a fresh booth and write its history beside this file."""
    quick = (
        (r"# door_opens_s = .*", "door_opens_s = 1"),
        (r"# reminder_first_s = .*", "reminder_first_s = 1"),
    )
    for name, play in WAYS.items():
        folder = Path(tempfile.mkdtemp())
        booth = Booth(folder, quick)
        try:
            booth.start()
            history = asyncio.run(history_of(booth, play(booth)))
            (HERE / f"{name}.json").write_text(without_machine(history), encoding="utf-8")
            print(f"{name}: {len(json.loads(history)['events'])} events")
        finally:
            booth.close()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
