"""Doors and keys on pins: polarity, pulls, bounces, and what was missed."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from boxd.devices import DoorState
from tests.gpio.booth import SETTLED_S, gpio_device, only_on_simulated_pins, running, settled
from tests.midi.waiting import until

DOOR, KEY = 27, 20


@pytest.mark.parametrize("pull", ["up", "down", "none"])
@pytest.mark.parametrize("closed", ["low", "high"])
async def test_a_door_is_closed_at_the_level_that_the_configuration_says(
    tmp_path: Path, pull: str, closed: str
) -> None:
    door = {"pin": DOOR, "pull": pull, "closed": closed, "debounce_ms": 5}
    async with running(tmp_path, gpio_device(doors={"door-1": door})) as booth:
        for level in (True, False, True):
            booth.wiring.drive(DOOR, level)
            is_closed = level == (closed == "high")
            await settled(
                booth.device.doors["door-1"], DoorState.CLOSED if is_closed else DoorState.OPEN
            )


@pytest.mark.parametrize(
    ("pull", "closed", "state"),
    [
        ("up", "low", DoorState.OPEN),
        ("up", "high", DoorState.CLOSED),
        ("down", "high", DoorState.OPEN),
        ("down", "low", DoorState.CLOSED),
    ],
)
async def test_an_input_that_nothing_drives_is_held_by_its_pull(
    tmp_path: Path, pull: str, closed: str, state: DoorState
) -> None:
    door = {"pin": DOOR, "pull": pull, "closed": closed}
    async with running(tmp_path, gpio_device(doors={"door-1": door})) as booth:
        await settled(booth.device.doors["door-1"], state)


async def test_a_door_is_unknown_until_its_first_level_has_lasted(tmp_path: Path) -> None:
    door = {"pin": DOOR, "debounce_ms": 300}
    async with running(tmp_path, gpio_device(doors={"door-1": door})) as booth:
        assert booth.device.doors["door-1"].state is DoorState.UNKNOWN
        await settled(booth.device.doors["door-1"], DoorState.OPEN)


@pytest.mark.parametrize("train_s", [0.005, 0.020])
async def test_five_bounces_of_a_door_are_one_change(tmp_path: Path, train_s: float) -> None:
    async with running(tmp_path, gpio_device(doors={"door-1": DOOR})) as booth:
        door = booth.device.doors["door-1"]
        await settled(door, DoorState.OPEN)
        heard: list[DoorState] = []
        door.subscribe(heard.append)
        await booth.bounce(DOOR, False, train_s)
        await settled(door, DoorState.CLOSED)
        await booth.bounce(DOOR, True, train_s)
        await settled(door, DoorState.OPEN)
        await asyncio.sleep(SETTLED_S)
        assert heard == [DoorState.CLOSED, DoorState.OPEN]


async def test_a_glitch_of_a_door_is_no_change(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(doors={"door-1": DOOR})) as booth:
        door = booth.device.doors["door-1"]
        await settled(door, DoorState.OPEN)
        heard: list[DoorState] = []
        door.subscribe(heard.append)
        for _ in range(20):
            booth.wiring.drive(DOOR, False)
            booth.wiring.drive(DOOR, True)
            await asyncio.sleep(0.002)
        await asyncio.sleep(SETTLED_S)
        assert heard == []


@pytest.mark.parametrize(("pull", "closed"), [("up", "low"), ("down", "high")])
async def test_a_key_is_told_once_for_each_touch_and_release(
    tmp_path: Path, pull: str, closed: str
) -> None:
    key = {"pin": KEY, "pull": pull, "closed": closed}
    async with running(tmp_path, gpio_device(keys={"Enter": key})) as booth:
        await asyncio.sleep(SETTLED_S)
        pressed = closed == "high"
        for _ in range(3):
            await booth.bounce(KEY, pressed, 0.008)
            await until(lambda: booth.keys[-1:] == [("Enter", True)])
            await booth.bounce(KEY, not pressed, 0.008)
            await until(lambda: booth.keys[-1:] == [("Enter", False)])
        assert booth.keys == [("Enter", True), ("Enter", False)] * 3


@only_on_simulated_pins
async def test_a_touch_carries_the_time_at_which_its_bounces_ended(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(keys={"Enter": KEY})) as booth:
        await asyncio.sleep(SETTLED_S)
        await booth.bounce(KEY, False, 0.010)
        await until(lambda: booth.touches)
        last = max(edge.at for edge in booth.memory.edges()[0] if edge.pin == KEY)
        assert booth.touches[0].at == pytest.approx(last, abs=1e-6)


@only_on_simulated_pins
async def test_a_key_that_is_held_when_the_watching_begins_was_not_touched(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, gpio_device(keys={"1": KEY})) as before:
        before.wiring.drive(KEY, False)
    async with running(tmp_path, gpio_device(keys={"1": KEY})) as booth:
        await asyncio.sleep(SETTLED_S)
        assert booth.keys == []
        booth.wiring.drive(KEY, True)
        await until(lambda: booth.keys == [("1", False)])


async def test_a_listener_that_fails_does_not_end_the_watching(tmp_path: Path) -> None:
    heard: list[object] = []

    def fail(what: object) -> None:
        heard.append(what)
        raise RuntimeError("a listener's own fault")

    async with running(tmp_path, gpio_device(keys={"1": KEY}, doors={"door-1": DOOR})) as booth:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: complaints.append(context["exception"])
        )
        assert booth.device.keypad is not None
        await settled(booth.device.doors["door-1"], DoorState.OPEN)
        await asyncio.sleep(SETTLED_S)
        booth.device.keypad.subscribe(fail)
        booth.device.doors["door-1"].subscribe(fail)
        for number, (pin, level) in enumerate(
            [(KEY, False), (KEY, True), (DOOR, False), (DOOR, True), (KEY, False), (KEY, True)], 1
        ):
            booth.wiring.drive(pin, level)
            await until(lambda number=number: len(heard) == number)
        assert booth.keys == [("1", True), ("1", False)] * 2
        assert len(complaints) == len(heard)


async def test_listeners_are_called_on_the_event_loop(tmp_path: Path) -> None:
    threads: set[int] = set()
    async with running(tmp_path, gpio_device(keys={"1": KEY}, doors={"door-1": DOOR})) as booth:
        assert booth.device.keypad is not None
        booth.device.keypad.subscribe(lambda _: threads.add(threading.get_ident()))
        booth.device.doors["door-1"].subscribe(lambda _: threads.add(threading.get_ident()))
        booth.wiring.drive(DOOR, False)
        await asyncio.sleep(SETTLED_S)
        booth.wiring.drive(KEY, False)
        await until(lambda: booth.touches)
        await settled(booth.device.doors["door-1"], DoorState.CLOSED)
        assert threads == {threading.get_ident()}


@only_on_simulated_pins
async def test_a_storm_of_edges_leaves_the_right_state(tmp_path: Path) -> None:
    """A loose wire: more edges than are kept for the event loop."""
    async with running(tmp_path, gpio_device(doors={"door-1": DOOR})) as booth:
        for step in range(3001):
            booth.wiring.drive(DOOR, step % 2 == 1)
        await settled(booth.device.doors["door-1"], DoorState.CLOSED)


@only_on_simulated_pins
async def test_a_change_that_no_edge_told_of_is_found_by_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, gpio_device(doors={"door-1": DOOR})) as booth:
        await settled(booth.device.doors["door-1"], DoorState.OPEN)
        heard = "boxd.gpio.pin_memory_factory.MemoryPin.heard"
        monkeypatch.setattr(heard, lambda _pin, _edge: None)
        booth.wiring.drive(DOOR, False)
        await settled(booth.device.doors["door-1"], DoorState.CLOSED)
