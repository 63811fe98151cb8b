"""The driver and the real firmware: a box's Arduino whose chip runs in simavr."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DeviceState, DoorState, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.sim.arduino_simavr import SimavrArduino
from tests.arduino.wires import Bench, cabinet
from tests.midi.waiting import until

LATCH = "cabinet.latch-2"
PULSE_MS = 60


class ChipBench(Bench):
    """A bench whose Arduinos run the real firmware."""

    def __init__(self, folder: Path, devices: tuple[ArduinoDevice, ...]) -> None:
        self._folder = folder
        super().__init__(folder, devices)

    def make(self, device: ArduinoDevice) -> SimavrArduino:
        eeprom = self._folder / f"{device.name}.eeprom"
        return SimavrArduino(device, eeprom, *self.told())


@asynccontextmanager
async def chips(folder: Path, *devices: ArduinoDevice) -> AsyncIterator[ChipBench]:
    made = ChipBench(folder, devices or (cabinet(),))
    for name in made.units:
        made.plug(name)
    await made.bus.start()
    try:
        for name in made.units:
            await made.ready(name)
        yield made
    finally:
        await made.bus.close()
        for name in made.units:
            made.unplug(name)


async def test_pulses_lamps_buzzer_and_doors_reach_the_pins_and_back(tmp_path: Path) -> None:
    async with chips(tmp_path) as made:
        assert made.arduino.status.why == "firmware 1.0.0"
        await made.arduino.latches["latch-2"].pulse()
        with pytest.raises(DeviceUnreachable, match="being pulsed already"):
            await made.arduino.latches["latch-2"].pulse()
        made.arduino.lamps[LampName.SUCCESS].set(True)
        made.arduino.sound(50)
        await until(lambda: made.unit.lamps[LampName.SUCCESS])
        await until(lambda: made.unit.sounds == 1)
        made.move("door-2", DoorState.OPEN)
        await until(lambda: made.arduino.doors["door-2"].state is DoorState.OPEN)
        await until(lambda: len(made.records("latch")) == 2)

    on, off = made.records("latch")
    assert off["t"] - on["t"] == pytest.approx(PULSE_MS / 1000, abs=0.05)
    assert not any(made.unit.lamps.values())


async def test_unplugged_chip_is_shown_and_shows_again_what_it_should(tmp_path: Path) -> None:
    async with chips(tmp_path) as made:
        made.arduino.lamps[LampName.STANDBY].set(True)
        await until(lambda: made.unit.lamps[LampName.STANDBY])
        made.unplug()
        assert await made.reaches(DeviceState.UNREACHABLE) < 2
        made.plug()
        assert await made.ready() < 2
        await until(lambda: made.unit.lamps[LampName.STANDBY])

    assert made.records("latch") == []


async def test_reset_in_mid_pulse_is_no_second_pulse(tmp_path: Path) -> None:
    async with chips(tmp_path) as made:
        await made.arduino.latches["latch-2"].pulse()
        made.unit.reset()
        await made.reaches(DeviceState.CONNECTING)
        await made.ready()
        await asyncio.sleep(3 * PULSE_MS / 1000)

    assert made.pulses(LATCH) == 1
    assert made.records("latch")[-1]["level"] == 0


async def test_order_during_a_reset_ends_one_way_or_the_other_and_moves_once_at_most(
    tmp_path: Path,
) -> None:
    async with chips(tmp_path) as made:
        unsure = 0
        for pause_s in (0.0, 0.001, 0.002, 0.003, 0.005):
            order = asyncio.create_task(made.arduino.latches["latch-2"].pulse())
            await asyncio.sleep(pause_s)
            before = made.pulses(LATCH)
            made.unit.reset()
            try:
                await order
            except DeviceUnreachable:
                assert made.pulses(LATCH) == before
            except DeliveryUnknown:
                unsure += 1
            await asyncio.sleep(0.3)
            await made.ready()
            assert made.pulses(LATCH) <= before + 1
        assert unsure <= 5


async def test_two_chips_of_the_same_number_are_told_apart(tmp_path: Path) -> None:
    left, right = cabinet("left", board=1), cabinet("right", board=2)
    made = ChipBench(tmp_path, (left, right))
    made.units["right"].device = right.model_copy(update={"board": 1})
    made.plug("left")
    made.plug("right")
    await made.bus.start()
    try:
        await made.ready("left")
        await until(lambda: "this is board 1" in made.device("right").status.why)
        await made.device("left").latches["latch-1"].pulse()
        with pytest.raises(DeviceUnreachable):
            await made.device("right").latches["latch-1"].pulse()
    finally:
        await made.bus.close()
        for name in made.units:
            made.unplug(name)

    assert made.pulses("right.latch-1") == 0


async def test_chip_that_ends_by_itself_is_gone_until_it_is_replugged(tmp_path: Path) -> None:
    async with chips(tmp_path) as made:
        latch = made.arduino.latches["latch-1"]
        await latch.pulse()
        await until(lambda: made.pulses("cabinet.latch-1") == 1)
        runner = next(child for child in psutil.Process().children() if "runner" in child.name())
        runner.kill()
        assert await made.reaches(DeviceState.UNREACHABLE) < 2
        made.move("door-1", DoorState.OPEN)  # says nothing to a chip that is no more
        used_s = time.process_time()
        await asyncio.sleep(0.5)
        assert time.process_time() - used_s < 0.25  # its end is heard once, not all the time
        assert made.unit.path is None
        made.unplug()
        made.plug()
        await made.ready()

    assert made.records("latch")[-1]["level"] == 0
