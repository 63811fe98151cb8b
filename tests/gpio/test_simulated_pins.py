"""The simulated front of a device on pins: hands, doors and a connector, below the drivers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from boxd.devices import DoorState, Key, LampName
from boxd.gpio.pin_memory import PinEdge, PinMemory
from boxd.gpio.sections import GpioDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.pins import SimulatedPins
from tests.gpio.booth import (
    SETTLED_S,
    Booth,
    gpio_device,
    only_on_simulated_pins,
    running,
    settled,
    until_ready,
)
from tests.midi.waiting import until

pytestmark = only_on_simulated_pins

LATCH, OTHER_LATCH, DOOR, FEEDBACK, KEY, LAMP, BUZZER = 17, 18, 27, 24, 20, 5, 12
MATRIX = {
    "rows": (2, 3, 4, 14),
    "columns": (15, 22, 23),
    "layout": ("1 2 3", "4 5 6", "7 8 9", "- 0 -"),
}


class Front:
    """A simulated front with doors that are moved by hand, in the folder of a test."""

    def __init__(self, folder: Path, device: GpioDevice) -> None:
        self.doors: dict[str, DoorState] = {}
        self.latched: list[tuple[str, bool]] = []
        self._path = folder / "trace.jsonl"
        self._trace = Trace(self._path)
        self.memory = PinMemory(folder / "pins")
        self.unit = SimulatedPins(
            device,
            folder / "pins",
            self._trace,
            lambda latch, energised: self.latched.append((latch, energised)),
            lambda door: self.doors.get(door, DoorState.CLOSED),
        )

    def move(self, door: str, state: DoorState) -> None:
        """Somebody or a latch moves a door."""
        self.doors[door] = state
        self.unit.report_door(door)

    def traced(self, what: str) -> list[dict[str, Any]]:
        """The records of this sort in the trace, without their times."""
        lines = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [
            {name: value for name, value in line.items() if name not in ("t", "what")}
            for line in lines
            if line["what"] == what
        ]

    def close(self) -> None:
        self.unit.power_off()
        self._trace.close()
        self.memory.close()


@asynccontextmanager
async def plugged(folder: Path, device: GpioDevice) -> AsyncIterator[Front]:
    """A front whose connector is on the header."""
    front = Front(folder, device)
    front.unit.power_on()
    try:
        yield front
    finally:
        front.close()


@asynccontextmanager
async def driven(folder: Path, device: GpioDevice) -> AsyncIterator[tuple[Front, Booth]]:
    """A front with the real drivers before it."""
    async with plugged(folder, device) as front, running(folder / "pins", device) as booth:
        await until_ready(booth.device)
        yield front, booth


def edges(front: Front, pin: int) -> list[PinEdge]:
    return [edge for edge in front.memory.edges()[0] if edge.pin == pin]


@pytest.mark.parametrize("pull", ["up", "down", "none"])
@pytest.mark.parametrize("closed", ["low", "high"])
async def test_a_door_is_seen_whatever_its_wiring(tmp_path: Path, pull: str, closed: str) -> None:
    switch = {"pin": DOOR, "pull": pull, "closed": closed}
    async with driven(tmp_path, gpio_device(doors={"door-1": switch})) as (front, booth):
        door = booth.device.doors["door-1"]
        await settled(door, DoorState.CLOSED)
        for state in (DoorState.OPEN, DoorState.CLOSED):
            front.move("door-1", state)
            await settled(door, state)


async def test_a_door_bounces_and_is_heard_of_once(tmp_path: Path) -> None:
    async with driven(tmp_path, gpio_device(doors={"door-1": DOOR})) as (front, booth):
        door = booth.device.doors["door-1"]
        await settled(door, DoorState.CLOSED)
        heard: list[DoorState] = []
        door.subscribe(heard.append)
        known = len(edges(front, DOOR))
        front.move("door-1", DoorState.OPEN)
        await settled(door, DoorState.OPEN)
        await asyncio.sleep(SETTLED_S)
        bounces = edges(front, DOOR)[known:]
        assert len(bounces) == 7
        assert bounces[-1].at - bounces[0].at >= 0.01
        assert heard == [DoorState.OPEN]


async def test_a_feedback_contact_follows_the_door_that_its_latch_holds(tmp_path: Path) -> None:
    device = gpio_device(latches={"latch-1": {"pin": LATCH, "feedback": FEEDBACK}})
    async with driven(tmp_path, device) as (front, booth):
        feedback = booth.device.latches["latch-1"].feedback
        await settled(feedback, DoorState.CLOSED)
        front.move("latch-1", DoorState.OPEN)
        await settled(feedback, DoorState.OPEN)


async def test_a_door_and_a_latch_may_have_the_same_name(tmp_path: Path) -> None:
    latch = {"pin": LATCH, "feedback": FEEDBACK}
    device = gpio_device(latches={"one": latch}, doors={"one": DOOR})
    async with driven(tmp_path, device) as (front, booth):
        front.move("one", DoorState.OPEN)
        await settled(booth.device.doors["one"], DoorState.OPEN)
        await settled(booth.device.latches["one"].feedback, DoorState.OPEN)


async def test_keys_of_both_sorts_reach_the_keypad(tmp_path: Path) -> None:
    keys = {"Enter": KEY, "Cancel": {"pin": 21, "pull": "down", "closed": "high"}}
    async with driven(tmp_path, gpio_device(keys=keys, matrix=MATRIX)) as (front, booth):
        await asyncio.sleep(SETTLED_S)
        wanted = [*(Key(digit) for digit in "1234567890"), Key.ENTER, Key.CANCEL]
        for key in wanted:
            front.unit.touch(key)
            await until(lambda key=key: booth.keys[-1:] == [(key, True)])
            front.unit.release(key)
            await until(lambda key=key: booth.keys[-1:] == [(key, False)])
        assert booth.keys == [(key, touched) for key in wanted for touched in (True, False)]
        assert front.traced("key") == [
            {"device": "pins", "key": key, "touched": touched}
            for key in wanted
            for touched in (True, False)
        ]


async def test_a_pulse_is_told_and_traced(tmp_path: Path) -> None:
    latches = {
        "latch-1": {"pin": LATCH, "pulse_ms": 30},
        "latch-2": {"pin": OTHER_LATCH, "on": "low", "pulse_ms": 30},
    }
    async with driven(tmp_path, gpio_device("lockers", latches=latches)) as (front, booth):
        assert front.latched == []
        for latch in booth.device.latches.values():
            known = len(front.latched)
            await latch.pulse()
            await until(lambda known=known: len(front.latched) == known + 2)
        assert front.latched == [
            ("latch-1", True),
            ("latch-1", False),
            ("latch-2", True),
            ("latch-2", False),
        ]
        assert front.traced("latch") == [
            {"device": f"lockers.{latch}", "level": int(energised)}
            for latch, energised in front.latched
        ]


async def test_lamps_and_buzzer_are_seen_heard_and_traced(tmp_path: Path) -> None:
    device = gpio_device(lamps={"failure": {"pin": LAMP, "on": "low"}}, buzzer=BUZZER)
    async with driven(tmp_path, device) as (front, booth):
        booth.device.lamps[LampName.FAILURE].set(True)
        booth.sound(50)
        await until(lambda: front.unit.lamps[LampName.FAILURE] and front.unit.is_sounding)
        await until(lambda: not front.unit.is_sounding)
        assert front.unit.sounds == 1
        booth.device.lamps[LampName.FAILURE].set(False)
        await until(lambda: not any(front.unit.lamps.values()))
        lit = [{"device": "pins", "lamp": "failure", "lit": lit} for lit in (True, False)]
        assert front.traced("lamp") == lit
        assert [record["sounding"] for record in front.traced("buzzer")] == [True, False]


async def test_pulled_off_inputs_float_and_outputs_reach_nothing(tmp_path: Path) -> None:
    device = gpio_device(
        lamps={"standby": LAMP},
        doors={"door-1": DOOR},
        matrix=MATRIX,
        latches={"latch-1": {"pin": LATCH, "pulse_ms": 400}},
    )
    async with driven(tmp_path, device) as (front, booth):
        await settled(booth.device.doors["door-1"], DoorState.CLOSED)
        booth.device.lamps[LampName.STANDBY].set(True)
        front.unit.touch(Key("5"))
        await booth.device.latches["latch-1"].pulse()
        await until(lambda: front.latched == [("latch-1", True)] and booth.keys == [("5", True)])
        front.unit.power_off()
        assert front.latched == [("latch-1", True), ("latch-1", False)]
        assert not any(front.unit.lamps.values())
        await settled(booth.device.doors["door-1"], DoorState.OPEN)
        await until(lambda: booth.keys == [("5", True), ("5", False)])
        begun = len(front.traced("lamp"))
        booth.device.lamps[LampName.STANDBY].set(False)
        booth.device.lamps[LampName.STANDBY].set(True)
        await asyncio.sleep(SETTLED_S)
        assert len(front.traced("lamp")) == begun

        front.unit.release(Key("5"))
        await until(lambda: not front.memory.level(LATCH))
        front.unit.power_on()
        assert front.unit.lamps[LampName.STANDBY]
        assert front.traced("power") == [{"device": "pins.latch-1"}] * 2
        await settled(booth.device.doors["door-1"], DoorState.CLOSED)
        await asyncio.sleep(SETTLED_S)
        assert booth.keys == [("5", True), ("5", False)]
        assert front.latched == [("latch-1", True), ("latch-1", False)]


async def test_a_connector_that_goes_on_during_a_pulse_gets_the_rest_of_it(tmp_path: Path) -> None:
    device = gpio_device(latches={"latch-1": {"pin": LATCH, "pulse_ms": 400}})
    async with driven(tmp_path, device) as (front, booth):
        front.unit.power_off()
        await booth.device.latches["latch-1"].pulse()
        front.unit.power_on()
        assert front.latched == [("latch-1", True)]
        await until(lambda: front.latched == [("latch-1", True), ("latch-1", False)])


def died(folder: Path, device: GpioDevice, before: Any, after: Any) -> None:
    """A program simulates the front while `before` happens, is killed, and `after` happens."""
    arguments = (str(folder / "pins"), str(folder / "trace.jsonl"), device.model_dump_json())
    with subprocess.Popen(
        [sys.executable, "-m", "tests.gpio.front", *arguments], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"on\n"
        before()
        program.kill()
    after()


def test_what_happened_while_no_program_looked_is_not_lost(tmp_path: Path) -> None:
    device = gpio_device(
        latches={"latch-1": LATCH, "latch-2": OTHER_LATCH}, lamps={"standby": LAMP}
    )
    trace, memory = tmp_path / "trace.jsonl", PinMemory(tmp_path / "pins")

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in trace.read_text().splitlines()]

    def energise_and_light() -> None:
        for pin in (LATCH, OTHER_LATCH, LAMP):
            memory.make_output(pin, False)
        memory.make_output(LATCH, True)
        memory.make_output(LAMP, True)
        asyncio.run(until(lambda: any(line["what"] == "lamp" for line in lines())))

    def let_go_and_energise_another() -> None:
        memory.make_output(LATCH, False)
        memory.make_output(OTHER_LATCH, True)
        memory.make_output(OTHER_LATCH, False)

    died(tmp_path, device, energise_and_light, let_go_and_energise_another)

    async def look_again() -> None:
        async with plugged(tmp_path, device) as front:
            assert front.latched == [("latch-1", False), ("latch-2", True), ("latch-2", False)]
            assert front.unit.lamps[LampName.STANDBY]
            assert len(front.traced("power")) == 2  # the pins never lost their wires

    asyncio.run(look_again())
    latches = [line for line in lines() if line["what"] == "latch"]
    assert [(line["device"], line["level"]) for line in latches] == [
        ("pins.latch-1", 1),
        ("pins.latch-1", 0),
        ("pins.latch-2", 1),
        ("pins.latch-2", 0),
    ]
    at = {(edge.pin, edge.level): edge.at for edge in memory.edges()[0]}
    assert [line["t"] for line in latches] == [
        at[pin, level] for pin in (LATCH, OTHER_LATCH) for level in (True, False)
    ]
    memory.close()
