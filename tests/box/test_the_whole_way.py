"""From a typed code to an opened locker and back to ready, through bytes and people's hands."""

from __future__ import annotations

import json

from tests.box.booth import Booth, wait_until


def test_a_code_becomes_a_prize_and_the_bay_is_ready_again(shared_booth: Booth) -> None:
    booth = shared_booth
    before = booth.stock("mug")
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    assert load["title"] == "Put Mug into locker 1"
    assert booth.front()["lockers"]["1"]["pulses"] == 0
    booth.say(load, "loaded")
    take = booth.prompt("take")
    assert booth.front()["lockers"]["1"] | {"pulses": 0} == {
        "door": "open", "pulses": 0, "jammed": False, "door_switch": True,
    }  # fmt: skip
    booth.door(1, "closed")
    wait_until("the switch says closed", lambda: booth.snapshot()["lockers"][0]["door"] == "closed")
    booth.say(take, "completed")
    assert booth.ended()["state"] == "ready"
    after = booth.stock("mug")
    assert (after["on_hand"], after["dispensed"]) == (
        before["on_hand"] - 1,
        before["dispensed"] + 1,
    )
    wait_until("green means ready", lambda: booth.front()["bays"]["bay-1"]["lamps"]["success"])


def test_the_operator_s_keys_do_all_of_it(shared_booth: Booth) -> None:
    booth = shared_booth
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")
    _press_until_past(booth, "load", "Enter")
    booth.prompt("take")
    booth.door(1, "closed")
    wait_until("the switch says closed", lambda: booth.snapshot()["lockers"][0]["door"] == "closed")
    _press_until_past(booth, "take", "Enter")
    assert booth.ended()["state"] == "ready"


def _press_until_past(booth: Booth, stage: str, key: str) -> None:
    """Press a key as a person does: once, and again when nothing came of it (0.4 s are deaf)."""

    def is_past() -> bool:
        stages = [prompt["stage"] for prompt in booth.snapshot()["prompts"]]
        if stage not in stages:
            return True
        booth.press_operator(key)
        return False

    wait_until(f"{key} leads past {stage}", is_past)


def test_the_commands_do_all_of_it(shared_booth: Booth) -> None:
    booth = shared_booth
    issued = booth.command("codes", "issue", "cli", "--sku", "mug", "--json")
    assert issued.returncode == 0, issued.stderr
    code = json.loads(issued.stdout)["codes"][0]["code"]
    booth.enter("bay-1", code)
    redemption = booth.prompt("load")["redemption"]
    loaded = booth.command("redemptions", "answer", redemption, "loaded")
    assert loaded.returncode == 0, loaded.stderr
    booth.prompt("take")
    too_early = booth.command("redemptions", "answer", redemption, "completed")
    assert too_early.returncode == 1
    assert (
        "the door is still open; close it, then press “Taken and closed” again" in too_early.stderr
    )
    booth.door(1, "closed")
    wait_until("the switch says closed", lambda: booth.snapshot()["lockers"][0]["door"] == "closed")
    done = booth.command("redemptions", "answer", redemption, "completed")
    assert done.returncode == 0, done.stderr
    booth.ended()
    shown = booth.command("redemptions", "show", redemption)
    assert "dispensed" in shown.stdout


def test_two_bays_serve_two_people_at_once(shared_booth: Booth) -> None:
    booth = shared_booth
    booth.enter("bay-1", booth.issue_code())
    booth.enter("bay-2", booth.issue_code())
    left, right = booth.prompt("load", "bay-1"), booth.prompt("load", "bay-2")
    assert (left["locker"], right["locker"]) == (1, 3)
    booth.say(right, "loaded")
    booth.say(left, "loaded")
    for bay, locker in (("bay-2", 3), ("bay-1", 1)):
        take = booth.prompt("take", bay)
        booth.door(locker, "closed")
        wait_until(
            "the switch says closed", lambda t=take, b=booth, n=locker: _door(b, n) == "closed"
        )
        booth.say(take, "completed")
        booth.ended(bay)


def _door(booth: Booth, locker: int) -> str:
    return str(next(e for e in booth.snapshot()["lockers"] if e["id"] == locker)["door"])


def test_redemptions_are_found_in_temporal_by_bay_locker_and_state(shared_booth: Booth) -> None:
    booth = shared_booth
    booth.enter("bay-2", booth.issue_code())
    prompt = booth.prompt("load", "bay-2")
    query = "BoxdBay='bay-2' AND BoxdLocker='3' AND BoxdState='load' AND ExecutionStatus='Running'"

    def found() -> bool:
        listed = booth.command("temporal", "workflow", "list", "--query", query, "-o", "json")
        return prompt["redemption"] in listed.stdout

    wait_until("temporal workflow list finds it", found)
    booth.say(prompt, "cancelled")
    booth.ended("bay-2")


def test_no_code_is_ever_logged(shared_booth: Booth) -> None:
    booth = shared_booth
    code = booth.issue_code()
    booth.enter("bay-1", code)
    booth.say(booth.prompt("load"), "declined", reason="test")
    booth.ended()
    assert code not in booth.log()
    files = (booth.state / "temporal").glob("temporal.db*")
    assert all(code.encode() not in file.read_bytes() for file in files)
