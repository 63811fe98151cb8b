"""An Arduino on a real USB serial line, under the name that udev gives it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from booth.checks.conftest import Measured
from booth.guest.arduino import UsbArduino, port_of
from boxd.arduino.bus import ArduinoBus
from boxd.arduino.device import Arduino
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DeviceState, DoorState, LampName
from boxd.errors import DeviceUnreachable
from boxd.sim.hardware_trace import Trace
from tests.midi.waiting import until

SERIAL = "B1"
SHOWN_WITHIN_S = 2.0
WORKS_WITHIN_S = 15.0

CABINET = ArduinoDevice.model_validate(
    {
        "kind": "arduino",
        "name": "cabinet",
        "port": port_of(SERIAL),
        "board": 1,
        "latches": {"latch-1": 1, "latch-2": 2},
        "doors": {"door-1": 1},
        "lamps": {"standby": 1},
    }
)


class Cabinet(UsbArduino):
    """The board, its door, and what happened at its latches."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(CABINET, SERIAL, trace)
        self.door = DoorState.CLOSED
        self.edges: list[tuple[str, bool]] = []
        self._door_state = lambda _door: self.door
        self._on_latch = lambda latch, on: self.edges.append((latch, on))

    def move_door(self, state: DoorState) -> None:
        self.door = state
        self.report_door("door-1")


@pytest_asyncio.fixture
async def cabinet(trace: Trace) -> AsyncIterator[Cabinet]:
    made = Cabinet(trace)
    yield made
    made.remove()


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Arduino]:
    """The bus with the cabinet configured; its device."""
    bus = ArduinoBus([CABINET], lambda port: port, lambda: None)
    await bus.start()
    try:
        yield bus.devices[0]
    finally:
        await bus.close()


async def ready(device: Arduino) -> float:
    return await until(lambda: device.status.state is DeviceState.READY, WORKS_WITHIN_S)


async def test_an_arduino_that_is_plugged_in_works(cabinet: Cabinet, measured: Measured) -> None:
    async with listening() as device:
        assert device.status.state is DeviceState.UNREACHABLE
        cabinet.plug()
        measured.note("serial: plugged in until ready", await ready(device))
        await until(lambda: device.doors["door-1"].state is DoorState.CLOSED)
        ordered = measured.clock("serial: pulse ordered until the board's OK")
        await device.latches["latch-2"].pulse()
        ordered()
        await until(lambda: cabinet.edges == [("latch-2", True), ("latch-2", False)])
        cabinet.move_door(DoorState.OPEN)
        took = await until(lambda: device.doors["door-1"].state is DoorState.OPEN)
        measured.note("serial: door moved until told (25 ms of them debouncing)", took)
        device.lamps[LampName.STANDBY].set(True)
        took = await until(lambda: cabinet.lamps[LampName.STANDBY])
        measured.note("serial: lamp until lit", took)
    await until(lambda: not cabinet.lamps[LampName.STANDBY])


async def test_an_arduino_that_goes_is_shown_and_works_again_when_it_returns(
    cabinet: Cabinet, measured: Measured
) -> None:
    cabinet.plug()
    async with listening() as device:
        await ready(device)
        device.lamps[LampName.STANDBY].set(True)
        await until(lambda: cabinet.lamps[LampName.STANDBY])
        cabinet.unplug()
        took = await until(lambda: device.status.state is DeviceState.UNREACHABLE, SHOWN_WITHIN_S)
        measured.note("serial: unplugged until shown", took)
        assert device.doors["door-1"].state is DoorState.UNKNOWN
        with pytest.raises(DeviceUnreachable):
            await device.latches["latch-1"].pulse()
        cabinet.door = DoorState.OPEN
        cabinet.plug()
        took = await until(lambda: cabinet.lamps[LampName.STANDBY], WORKS_WITHIN_S)
        measured.note("serial: plugged in again until its lamp is lit again", took)
        await until(lambda: device.doors["door-1"].state is DoorState.OPEN)
        assert cabinet.edges == []
        await device.latches["latch-1"].pulse()
        await until(lambda: len(cabinet.edges) == 2)


async def test_an_arduino_that_goes_and_returns_at_once_works(cabinet: Cabinet) -> None:
    cabinet.plug()
    async with listening() as device:
        await ready(device)
        device.lamps[LampName.STANDBY].set(True)
        await until(lambda: cabinet.lamps[LampName.STANDBY])
        cabinet.unplug()
        cabinet.plug()
        await until(lambda: cabinet.lamps[LampName.STANDBY], WORKS_WITHIN_S)
        assert cabinet.edges == []
        await device.latches["latch-1"].pulse()
        await until(lambda: len(cabinet.edges) == 2)
