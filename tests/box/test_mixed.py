"""A box of mixed parts: a board's keypad, the Pi's pins, an Arduino; each goes and comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from boxd.gpio.pin_memory import PinMemory
from tests.box.booth import Booth, wait_until
from tests.box.conftest import QUICK
from tests.box.going_on import go_on_to_the_end
from tests.box.kept import Kept, KeptBooth, going_on_with

DEVICES = ("board-0", "pins", "cabinet")
LOCKERS = {"pins": 1, "cabinet": 2}
EVERY_LOCKER = range(1, 8)
LATCH_PIN = 17
REAL_FIRMWARE = (r'# firmware = "twin"', 'firmware = "simavr"')


class MixedBooth(KeptBooth):
    """A box of mixed parts that test after test goes on with."""

    def __init__(self, folder: Path, temporal: Path, *settings: tuple[str, str]) -> None:
        super().__init__(folder, (*QUICK, *settings), temporal, "sim-mixed.toml")

    def start(self, until_ready: bool = True, dying_at: str = "") -> None:
        """Start it; the Arduino may be found a moment after the box takes codes."""
        super().start(until_ready, dying_at)
        for device in DEVICES:
            wait_until(f"{device} is ready", lambda device=device: state(self, device) == "ready")


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[Kept[MixedBooth]]:
    folder = tmp_path_factory.mktemp("mixed")
    with closing(Kept(lambda new: MixedBooth(new, temporal_made_before), folder)) as kept:
        yield kept


@pytest.fixture
def mixed(kept: Kept[MixedBooth], request: pytest.FixtureRequest) -> Iterator[MixedBooth]:
    yield from going_on_with(kept, request)


@pytest.fixture(scope="module")
def kept_with_firmware(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[Kept[MixedBooth]]:
    def make(new: Path) -> MixedBooth:
        return MixedBooth(new, temporal_made_before, REAL_FIRMWARE)

    with closing(Kept(make, tmp_path_factory.mktemp("firmware"))) as kept:
        yield kept


@pytest.fixture
def with_firmware(
    kept_with_firmware: Kept[MixedBooth], request: pytest.FixtureRequest
) -> Iterator[MixedBooth]:
    yield from going_on_with(kept_with_firmware, request)


def serve_from(booth: Booth, locker: int) -> None:
    """Let redemptions use this locker alone."""
    for other in set(EVERY_LOCKER) - {locker}:
        asked = {"reason": "this test uses another", "actor": "maintainer"}
        booth.ask_socket("POST", f"/api/v1/lockers/{other}/out-of-service", asked)


def state(booth: Booth, device: str) -> str:
    return next(str(d["state"]) for d in booth.snapshot()["devices"] if d["name"] == device)


def pulses(booth: Booth) -> list[int]:
    return [booth.pulses(locker) for locker in EVERY_LOCKER]


def to_load(booth: Booth, _locker: int) -> None:
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")


def confirm(booth: Booth) -> None:
    """The operator confirms, and waits for no reply: that comes when the door has opened or not."""
    prompt = booth.prompt("load")

    def answer() -> None:
        with suppress(httpx.HTTPError):  # whoever kills the box takes the reply too
            booth.answer(prompt, "loaded")

    threading.Thread(target=answer, daemon=True).start()


def to_waiting_for_the_door(booth: Booth, locker: int) -> None:
    booth.fault(f"locker-{locker}", "jam")
    to_load(booth, locker)
    confirm(booth)
    wait_until("the pulse", lambda: booth.pulses(locker) == 1)


def to_jam(booth: Booth, locker: int) -> None:
    to_waiting_for_the_door(booth, locker)
    booth.prompt("jam")
    booth.fault(f"locker-{locker}", "unjam")


def to_take(booth: Booth, locker: int) -> None:
    to_load(booth, locker)
    booth.say(booth.prompt("load"), "loaded")
    booth.prompt("take")


POINTS = [to_load, to_waiting_for_the_door, to_jam, to_take]
points = pytest.mark.parametrize("reach", POINTS, ids=lambda reach: reach.__name__)


def finish(booth: MixedBooth, locker: int) -> None:
    """Let the fault be over, go on to the end, and hold everything against the invariants."""
    booth.fault(f"locker-{locker}", "unjam")
    go_on_to_the_end(booth)
    assert booth.dispensed() == 1
    assert all(booth.pulses(other) == 0 for other in set(EVERY_LOCKER) - {locker})
    booth.check_invariants()


@points
@pytest.mark.parametrize("served_by", LOCKERS)
@pytest.mark.parametrize("device", DEVICES)
def test_a_device_that_goes_and_comes_back_opens_nothing_and_holds_up_nobody(
    mixed: MixedBooth, reach: Callable[[Booth, int], None], served_by: str, device: str
) -> None:
    locker = LOCKERS[served_by]
    serve_from(mixed, locker)
    reach(mixed, locker)
    before = pulses(mixed)
    mixed.fault(device, "unplug")
    if device != "pins":  # wires that come off the Pi's header are noticed by nobody
        wait_until("it is missed", lambda: state(mixed, device) == "unreachable")
    else:  # back within one pulse they would give the coil the rest of it
        wait_until("the pulse is over", lambda: not latch_pin_is_high(mixed))
    others = {*DEVICES} - {device}
    assert {state(mixed, other) for other in others} == {"ready"}
    mixed.fault(device, "replug")
    wait_until("it is back", lambda: state(mixed, device) == "ready")
    assert pulses(mixed) == before, "a reconnect opened a door"
    finish(mixed, locker)


def latch_pin_is_high(booth: Booth) -> bool:
    """Whether the guard energises locker 1's latch, wherever its wires are."""
    with closing(PinMemory(booth.state / "simulated-pins")) as memory:
        return memory.level(LATCH_PIN)


@points
def test_a_guard_that_is_killed_is_replaced_and_opens_nothing(
    mixed: MixedBooth, reach: Callable[[Booth, int], None]
) -> None:
    serve_from(mixed, LOCKERS["pins"])
    reach(mixed, LOCKERS["pins"])
    before = pulses(mixed)
    guards = guards_of(mixed)
    assert guards
    for guard in guards:
        guard.kill()
    wait_until(
        "another guard", lambda: guards_of(mixed) and not set(guards) & set(guards_of(mixed))
    )
    wait_until("the pins are ready", lambda: state(mixed, "pins") == "ready")
    assert pulses(mixed) == before, "a new guard opened a door"
    finish(mixed, LOCKERS["pins"])


def guards_of(booth: Booth) -> list[psutil.Process]:
    """The processes that own the latches' pins."""
    here = str(booth.state)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "boxd.gpio.guard" in (process.info["cmdline"] or [])
        and any(here in word for word in process.info["cmdline"])
    ]


def test_a_latch_that_is_away_is_not_ordered_but_asked_about(mixed: MixedBooth) -> None:
    serve_from(mixed, LOCKERS["cabinet"])
    to_load(mixed, LOCKERS["cabinet"])
    mixed.fault("cabinet", "unplug")
    wait_until("it is missed", lambda: state(mixed, "cabinet") == "unreachable")
    mixed.say(mixed.prompt("load"), "loaded")
    asked = mixed.prompt("jam")
    assert mixed.pulses(LOCKERS["cabinet"]) == 0
    mixed.fault("cabinet", "replug")
    wait_until("it is back", lambda: state(mixed, "cabinet") == "ready")
    mixed.say(asked, "jammed", remedy="again")
    mixed.prompt("take")
    assert mixed.pulses(LOCKERS["cabinet"]) == 1
    finish(mixed, LOCKERS["cabinet"])


def test_a_door_switch_that_falls_silent_while_it_is_awaited_is_no_jam(mixed: MixedBooth) -> None:
    locker = LOCKERS["cabinet"]
    serve_from(mixed, locker)
    to_waiting_for_the_door(mixed, locker)
    mixed.fault("cabinet", "unplug")
    mixed.prompt("ask")
    assert mixed.pulses(locker) == 1
    mixed.fault("cabinet", "replug")
    wait_until("it is back", lambda: state(mixed, "cabinet") == "ready")
    finish(mixed, locker)


def test_the_rest_of_the_box_serves_while_an_arduino_is_away(mixed: MixedBooth) -> None:
    mixed.fault("cabinet", "unplug")
    wait_until("it is missed", lambda: state(mixed, "cabinet") == "unreachable")
    to_take(mixed, LOCKERS["pins"])
    assert mixed.pulses(LOCKERS["pins"]) == 1
    finish(mixed, LOCKERS["pins"])


@pytest.mark.parametrize("served_by", LOCKERS)
def test_killed_with_the_server_in_mid_pulse_nothing_is_pulsed_again(
    mixed: MixedBooth, served_by: str
) -> None:
    locker = LOCKERS[served_by]
    serve_from(mixed, locker)
    to_load(mixed, locker)
    confirm(mixed)
    wait_until("the pulse", lambda: mixed.pulses(locker) == 1)
    mixed.kill()
    mixed.start()
    assert mixed.pulses(locker) == 1
    finish(mixed, locker)


@points
def test_an_arduino_with_the_real_firmware_goes_and_comes_back(
    with_firmware: MixedBooth, reach: Callable[[Booth, int], None]
) -> None:
    booth = with_firmware
    locker = LOCKERS["cabinet"]
    serve_from(booth, locker)
    reach(booth, locker)
    before = pulses(booth)
    booth.fault("cabinet", "unplug")
    wait_until("it is missed", lambda: state(booth, "cabinet") == "unreachable")
    booth.fault("cabinet", "replug")
    wait_until("it is back", lambda: state(booth, "cabinet") == "ready")
    assert pulses(booth) == before, "a reconnect opened a door"
    finish(booth, locker)


def test_the_real_firmware_ends_its_pulse_though_the_daemon_is_killed(
    with_firmware: MixedBooth,
) -> None:
    booth = with_firmware
    locker = LOCKERS["cabinet"]
    serve_from(booth, locker)
    to_load(booth, locker)
    confirm(booth)
    wait_until("the pulse", lambda: booth.pulses(locker) == 1)
    booth.kill()
    booth.start()
    assert booth.pulses(locker) == 1
    finish(booth, locker)
