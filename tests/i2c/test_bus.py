"""Touch sensors and expanders on a bus that answers registers as their sheets say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from boxd.config import load
from boxd.config.schema import Config
from boxd.device_line import LineFault
from boxd.devices import DeviceState, DoorState, Key, KeyTouch, LampName
from boxd.i2c.bus import I2cBus
from boxd.i2c.device import I2cDevice
from boxd.i2c.kind import I2C
from boxd.i2c.sections import ChipSection, PinExpander, TouchSensor
from boxd.sim.hardware_trace import Trace
from boxd.sim.i2c_chips import (
    SimulatedChip,
    SimulatedExpander,
    SimulatedI2cBuses,
    SimulatedTouchSensor,
)
from boxd.sim.unit import Wiring
from tests.house.reading import ROOT
from tests.midi.waiting import until, until_keys_are_new

PORT = "/dev/i2c-1"


def sensor(**values: Any) -> TouchSensor:
    keys = {"1": 0, "2": 1, "3": 2, "Enter": 11}
    known = {"kind": "mpr121", "name": "pad", "port": PORT, "keys": keys}
    return TouchSensor.model_validate({**known, **values})


def expander(**values: Any) -> PinExpander:
    parts = {"keys": {"Enter": "A0"}, "doors": {"door": "B0"}, "lamps": {"standby": "A7"}}
    known = {"kind": "mcp23017", "name": "pins", "port": PORT, **parts}
    return PinExpander.model_validate({**known, **values})


class Wires:
    """A bus with chips on it, and what was heard of them; `doors` has the state of every door."""

    def __init__(self, folder: Path, sections: list[ChipSection]) -> None:
        self.buses = SimulatedI2cBuses(folder / "i2c")
        self.door = DoorState.CLOSED
        self.touches: list[KeyTouch] = []
        self.ignored: list[tuple[str, str]] = []
        self.folder = folder
        self.bus = I2cBus(sections, [PORT], lambda: None, self.buses.path_of, self.buses.control)
        for device in self.bus.devices:
            device.line.subscribe(lambda *said: self.ignored.append(said))
            if device.keypad is not None:
                device.keypad.subscribe(self.touches.append)

    @property
    def device(self) -> I2cDevice:
        return self.bus.devices[0]

    @property
    def pressed(self) -> str:
        return " ".join(touch.key for touch in self.touches if touch.touched)

    def is_ready(self) -> bool:
        return self.device.status.state is DeviceState.READY

    def plug(self, section: ChipSection) -> Any:
        trace = Trace(self.folder / "trace.jsonl")
        config = Config.model_validate({"box": {"id": "box-1"}})
        wiring = Wiring(config, trace, lambda *_: None, lambda _: self.door, lambda: None)
        unit: SimulatedChip = (
            SimulatedTouchSensor(section, wiring)
            if isinstance(section, TouchSensor)
            else SimulatedExpander(section, wiring)
        )
        unit.power_on()
        self.buses.plug(unit)
        return unit


@asynccontextmanager
async def wires(folder: Path, *sections: ChipSection) -> AsyncIterator[Wires]:
    """A started bus without any chip on it."""
    made = Wires(folder, list(sections))
    await made.bus.start()
    try:
        yield made
    finally:
        await made.bus.close()


async def test_a_code_typed_with_two_fingers_counts_whole(tmp_path: Path) -> None:
    async with wires(tmp_path, sensor()) as made:
        unit = made.plug(sensor())
        await until(made.is_ready)
        await until_keys_are_new()
        keys = (Key.DIGIT_3, Key.DIGIT_1, Key.DIGIT_2, Key.ENTER)
        for before, key in zip((None, *keys), keys, strict=False):
            unit.touch(key)
            await asyncio.sleep(0.03)
            if before is not None:
                unit.release(before)
            await asyncio.sleep(0.05)
        await until(lambda: made.pressed == "3 1 2 Enter")
        assert made.device.keypad is not None
        apart = [b.at - a.at for a, b in zip(made.touches, made.touches[1:], strict=False)]
        assert min(apart) >= made.device.keypad.one_scan_s


async def test_two_pads_of_one_look_have_one_time(tmp_path: Path) -> None:
    """So that the bay takes them for one finger between two pads."""
    async with wires(tmp_path, sensor()) as made:
        unit = made.plug(sensor())
        await until(made.is_ready)
        await until_keys_are_new()
        unit.touch(Key.DIGIT_1)
        unit.touch(Key.DIGIT_2)
        await until(lambda: len(made.touches) == 2)
        assert made.touches[0].at == made.touches[1].at


async def test_what_is_held_when_it_is_found_was_not_pressed(tmp_path: Path) -> None:
    async with wires(tmp_path, sensor(), expander()) as made:
        pad, pins = made.plug(sensor()), made.plug(expander())
        pad.touch(Key.ENTER)
        pins.touch(Key.ENTER)
        await until(lambda: {each.status.state for each in made.bus.devices} == {"ready"})
        await until_keys_are_new()
        await asyncio.sleep(0.1)
        assert made.touches == []


@pytest.mark.parametrize("section", [sensor(), expander()], ids=["mpr121", "mcp23017"])
async def test_one_that_restarted_is_set_up_again_and_counted(
    tmp_path: Path, section: ChipSection
) -> None:
    """A chip that restarts says nothing: without the check its keys would be dead for good."""
    async with wires(tmp_path, section) as made:
        unit = made.plug(section)
        await until(made.is_ready)
        unit.touch(Key.ENTER)
        unit.power_on()
        await until(lambda: made.device.line.last_hour().get(LineFault.RESET) == 1)
        unit.release(Key.ENTER)
        await until_keys_are_new()
        await asyncio.sleep(0.1)
        made.touches.clear()
        unit.touch(Key.ENTER)
        await until(lambda: made.pressed == "Enter")


async def test_lamps_are_lit_again_after_a_restart(tmp_path: Path) -> None:
    async with wires(tmp_path, expander()) as made:
        unit = made.plug(expander())
        made.device.lamps[LampName.STANDBY].set(True)
        await until(lambda: unit.lamps[LampName.STANDBY])
        unit.power_on()
        assert not unit.lamps[LampName.STANDBY]
        await until(lambda: unit.lamps[LampName.STANDBY])


async def test_a_bus_that_hangs_says_so_within_two_seconds_and_comes_back(tmp_path: Path) -> None:
    async with wires(tmp_path, expander()) as made:
        unit = made.plug(expander())
        await until(lambda: made.device.doors["door"].state is DoorState.CLOSED)
        unit.hang()
        await until(lambda: not made.is_ready(), 2.0)
        assert "SDA or SCL is shorted" in made.device.status.why
        assert made.device.doors["door"].state is DoorState.UNKNOWN
        assert made.device.line.last_hour()[LineFault.RETRY]
        unit.heal()
        await until(made.is_ready, 2.0)


async def test_one_at_another_address_is_named_with_the_line_to_write(tmp_path: Path) -> None:
    async with wires(tmp_path, sensor()) as made:
        made.plug(expander(address=0x21))
        made.plug(sensor(address=0x5C))
        await until(lambda: "write: address = 0x5c" in made.device.status.why)
        assert "nothing answers at 0x5a" in made.device.status.why
        assert '"0x5c", "0x21"' in made.device.status.why
        found = {each.port: each for each in made.bus.unconfigured()}
        assert set(found) == {"/dev/i2c-1 at 0x5c", "/dev/i2c-1 at 0x21"}
        assert 'kind = "mcp23017"' in found["/dev/i2c-1 at 0x21"].section


async def test_looking_for_chips_writes_nothing(tmp_path: Path) -> None:
    """A write of one byte would switch the outputs of other chips with these addresses."""
    async with wires(tmp_path) as made:
        unit = made.plug(expander(address=0x27))
        unit.write = lambda _data: pytest.fail("it was written to")
        await until(made.bus.unconfigured)


async def test_another_chip_at_its_address_is_none(tmp_path: Path) -> None:
    async with wires(tmp_path, sensor()) as made:
        unit = made.plug(sensor())
        unit.takes = lambda _register: False
        await until(lambda: "is no MPR121" in made.device.status.why)


async def test_a_sensor_without_its_resistor_says_so(tmp_path: Path) -> None:
    async with wires(tmp_path, sensor()) as made:
        made.plug(sensor()).overcurrent = True
        await until(lambda: "REXT" in made.device.status.why)


async def test_an_electrode_without_a_key_is_shown_to_who_watches(tmp_path: Path) -> None:
    known = sensor(keys={"Enter": 11})
    async with wires(tmp_path, known) as made:
        unit = made.plug(sensor())
        await until(made.is_ready)
        unit.touch(Key.DIGIT_3)
        await until(lambda: made.ignored)
        assert made.ignored[0][0] == "electrode 2"


def test_a_sensor_and_an_expander_share_a_bus(tmp_path: Path) -> None:
    shipped = (ROOT / "config/sim.toml").read_text(encoding="utf-8")
    chips = (
        '[[devices]]\nkind = "mpr121"\nname = "pad"\nkeys = { Enter = 0 }\n'
        '[[devices]]\nkind = "mcp23017"\nname = "pins"\nkeys = { Enter = "A0" }\n'
    )
    file = tmp_path / "boxd.toml"
    file.write_text(shipped + chips, encoding="utf-8")
    assert [each.name for each in load(file).devices[-2:]] == ["pad", "pins"]


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ([sensor(), sensor(name="other")], "address 0x5a on '/dev/i2c-1' is taken by device 'pad'"),
        ([sensor(keys={"1": 4, "2": 4})], "electrode 4 is taken"),
        ([sensor(touch=6, release=6)], "write less than 6"),
        ([expander(keys={"1": "A0", "2": "A0"})], "keys.2: pin A0 is taken"),
        ([expander(doors={"door": "B7"})], "doors.door: pin B7 can only be an output"),
    ],
)
def test_what_can_not_be_is_said(sections: list[ChipSection], says: str) -> None:
    (finding,) = I2C.faults(dict(enumerate(sections)))
    assert says in finding.text
