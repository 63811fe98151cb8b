"""The whole box on real MIDI ports, with hardware that lives on when the daemon dies."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.box.booth import Json, wait_until
from tests.box.jack_booth import FRONT, INSIDE, PAD, JackBooth, jack_server, moment


@pytest.fixture(scope="module")
def jackd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The JACK server of this module."""
    with jack_server(tmp_path_factory.mktemp("jack")) as server:
        yield server


@pytest.fixture
def unstarted(
    jackd: subprocess.Popen[bytes], tmp_path: Path, temporal_made_before: Path
) -> Iterator[JackBooth]:
    """A box whose hardware is plugged in, and whose daemon is not started yet."""
    made = JackBooth(tmp_path / "box", temporal_made_before)
    made.plug(FRONT, INSIDE, PAD)
    yield made
    made.close()
    shutil.rmtree(made.state, ignore_errors=True)


@pytest.fixture
def booth(unstarted: JackBooth) -> JackBooth:
    """A box whose hardware is plugged in, ready for codes."""
    unstarted.start()
    unstarted.stock_up()
    unstarted.wait_for_light("success")
    return unstarted


def to_load(booth: JackBooth) -> Json:
    booth.enter("bay-1", booth.issue_code())
    return booth.prompt("load")


def to_ask(booth: JackBooth) -> Json:
    booth.say(to_load(booth), "loaded")
    return booth.prompt("ask")


def to_take(booth: JackBooth) -> Json:
    booth.say(to_ask(booth), "opened")
    return booth.prompt("take")


def finish(booth: JackBooth) -> None:
    """Do what the HUD says until the bay is ready again, and hold the invariants."""
    kinds = {"load": "loaded", "ask": "opened", "take": "completed"}

    def nothing_is_asked() -> bool:
        prompts = booth.snapshot()["prompts"]
        for prompt in prompts:
            if prompt["stage"] in kinds:
                booth.answer(prompt, kinds[prompt["stage"]])
        return not prompts

    wait_until("nothing is asked any more", nothing_is_asked, 30)
    booth.wait_for_light("success")
    booth.check_invariants()


def test_bytes_over_jack_lead_from_a_code_to_one_pulse_and_back(booth: JackBooth) -> None:
    load = to_load(booth)
    assert load["locker"] == 1
    wait_until("the standby lamp blinks", lambda: booth.lit(FRONT) == {"standby"})
    wait_until("the standby lamp blinks", lambda: booth.lit(FRONT) == set())
    assert booth.pulses(1) == 0
    booth.say(load, "loaded")
    ask = booth.prompt("ask")
    wait_until("one pulse", lambda: booth.pulses(1) == 1)
    booth.say(ask, "opened")
    booth.prompt("take")
    finish(booth)
    orders = [e["bytes"] for e in booth.seen("bytes", FRONT)]
    assert orders.count("f07d6001f7") == 1
    assert booth.pulses(1) == 1 and booth.pulses(2) == 0
    assert booth.stock("mug")["dispensed"] == 1


def test_the_operator_s_board_leads_through_it_with_a_door_that_tells(booth: JackBooth) -> None:
    out = booth.command("lockers", "out-of-service", "1", "--reason", "test")
    assert out.returncode == 0, out.stderr
    assert to_load(booth)["locker"] == 2
    press_until_past(booth, "load")
    booth.prompt("take")
    assert locker(booth, 2)["door"] == "open"
    assert booth.pulses(2) == 1
    booth.door(2, "closed")
    wait_until("the switch says closed", lambda: locker(booth, 2)["door"] == "closed")
    press_until_past(booth, "take")
    finish(booth)
    assert (booth.pulses(1), booth.pulses(2)) == (0, 1)
    assert booth.stock("mug")["dispensed"] == 1


def press_until_past(booth: JackBooth, stage: str) -> None:
    """Press Enter, and again while nothing came of it: the keys are deaf for a moment."""

    def is_past() -> bool:
        if stage not in [prompt["stage"] for prompt in booth.snapshot()["prompts"]]:
            return True
        before = len(booth.seen("key", INSIDE))
        booth.press_operator("Enter")
        wait_until("the tap is over", lambda: len(booth.seen("key", INSIDE)) >= before + 2)
        return False

    wait_until(f"Enter leads past {stage}", is_past)


def locker(booth: JackBooth, number: int) -> Json:
    return next(each for each in booth.snapshot()["lockers"] if each["id"] == number)


@pytest.mark.parametrize(
    ("reach", "stage", "blinking"),
    [(to_load, "load", "standby"), (to_ask, "ask", ""), (to_take, "take", "success")],
    ids=["load", "ask", "take"],
)
def test_a_killed_daemon_goes_on_with_the_boards_that_outlived_it(
    booth: JackBooth, reach: Callable[[JackBooth], Json], stage: str, blinking: str
) -> None:
    before = reach(booth)
    pulses = booth.pulses(1)
    booth.kill()
    booth.check_invariants()
    restarted = moment()
    booth.start()
    again = booth.prompt(stage)
    assert (again["id"], again["title"]) == (before["id"], before["title"])
    for name in ("board-0", "board-1", "door-pad"):
        booth.wait_for_device(name, "ready")
    if blinking:
        wait_until("lit anew", lambda: blinks(booth, blinking, restarted))
    assert booth.pulses(1) == pulses
    finish(booth)
    assert booth.pulses(1) == 1
    assert booth.stock("mug")["dispensed"] == 1


def blinks(booth: JackBooth, lamp: str, since: float) -> bool:
    """Whether a lamp of the bay went on and off since a moment."""
    changes = [e["lit"] for e in booth.seen("lamp", FRONT, since) if e["lamp"] == lamp]
    return {True, False} <= set(changes)
