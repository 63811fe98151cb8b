"""A bus over pins that a test moves by hand, and what came of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from boxd.devices import DeviceState, Door, DoorState, KeyTouch
from boxd.gpio.bus import GpioBus
from boxd.gpio.device import PinDevice
from boxd.gpio.pin_memory import PinMemory
from boxd.gpio.sections import GpioDevice, GpioLatch, GpioOutput
from tests.gpio.wiring import VARIABLE, Wiring, open_wiring
from tests.midi.waiting import until

only_on_simulated_pins = pytest.mark.skipif(
    VARIABLE in os.environ, reason="needs more than a gpio-sim chip can do"
)

SETTLED_S = 0.06
"""Longer than every debounce time in these tests: what has not counted by then never does."""


def gpio_device(name: str = "pins", **parts: Any) -> GpioDevice:
    """A device as the configuration file would declare it."""
    return GpioDevice.model_validate({"kind": "gpio", "name": name, **parts})


class Booth:
    """A running bus with one device, `device`, and what its pins lead to.

    `memory` is there for tests that need more than a gpio-sim chip can do.
    """

    def __init__(self, bus: GpioBus, wiring: Wiring, memory: PinMemory) -> None:
        self.bus = bus
        self.wiring = wiring
        self.memory = memory
        self.device: PinDevice = bus.devices[0]
        self.touches: list[KeyTouch] = []
        if self.device.keypad is not None:
            self.device.keypad.subscribe(self.touches.append)

    def sound(self, milliseconds: int) -> None:
        """Sound the device's buzzer."""
        assert self.device.buzzer is not None
        self.device.buzzer.sound(milliseconds)

    @property
    def keys(self) -> list[tuple[str, bool]]:
        """The keys touched and released so far."""
        return [(str(touch.key), touch.touched) for touch in self.touches]

    async def bounce(self, pin: int, level: bool, train_s: float) -> None:
        """Drive a pin to `level` with five bounces that end after `train_s`."""
        for step in range(10):
            self.wiring.drive(pin, level if step % 2 == 0 else not level)
            await asyncio.sleep(train_s / 10)
        self.wiring.drive(pin, level)

    def outputs(self, pin: int) -> list[bool]:
        """The levels that an output went through, the one at rest before left out."""
        return [change.level for change in self.wiring.changes(pin)]


@asynccontextmanager
async def running(folder: Path, *devices: GpioDevice) -> AsyncIterator[Booth]:
    """A bus on the wiring that the environment asks for, started, and closed at the end.

    Resistors hold every output off while nobody drives it; simulated pins live in `folder`.
    """
    wiring, memory = open_wiring(folder), PinMemory(folder)
    for pin, on in outputs_of(devices):
        wiring.rest(pin, on == "low")
    bus = GpioBus(devices, wiring.memory_dir, lambda: None)
    try:
        await bus.start()
        yield Booth(bus, wiring, memory)
    finally:
        await bus.close()
        wiring.close()
        memory.close()


def outputs_of(devices: Sequence[GpioDevice]) -> Iterator[tuple[int, str]]:
    """The outputs of these devices with the level that switches each on."""
    for device in devices:
        outputs: list[GpioOutput | GpioLatch] = [*device.latches.values(), *device.lamps.values()]
        for output in [*outputs, device.buzzer] if device.buzzer else outputs:
            yield output.pin, output.on


async def until_ready(device: PinDevice, deadline_s: float = 5.0) -> float:
    """Wait until a device is ready; returns how long that took."""
    return await until(lambda: device.status.state is DeviceState.READY, deadline_s)


async def settled(door: Door | None, state: DoorState) -> None:
    """Wait until a door stands so."""
    assert door is not None
    await until(lambda: door.state is state)
