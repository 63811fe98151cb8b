"""Simulated chips on simulated I2C buses: they answer registers as their data sheets say."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from boxd.config.device_schema import PinLevel
from boxd.devices import DoorState, Key, LampName
from boxd.i2c import mcp23017, mpr121
from boxd.i2c.port import READS, Messages
from boxd.i2c.sections import ChipSection, ExpanderSwitch, PinExpander, TouchSensor
from boxd.sim.unit import Wiring


class SimulatedChip:
    """A chip with power and registers. `restart` is a dip of its supply."""

    sounds = 0
    is_sounding = False

    def __init__(self, section: ChipSection, wiring: Wiring) -> None:
        self.product = section.name
        self.section = section
        self.lamps = dict.fromkeys(LampName, False)
        self.hangs = False
        self.registers = bytearray(256)
        self._pointer = 0
        self._wiring = wiring
        self._touched: set[Key] = set()

    @property
    def own_faults(self) -> Mapping[str, Callable[[], None]]:
        """What goes wrong on such a bus."""
        return {"restart": self.power_on, "hang": self.hang, "heal": self.heal}

    def hang(self) -> None:
        """Hold the bus, until `heal`."""
        self.hangs = True

    def heal(self) -> None:
        """Let the bus go."""
        self.hangs = False

    def power_on(self) -> None:
        """Start with the registers of a start."""
        self._wiring.trace.write("power", self.product)
        self.registers[:] = bytes(256)
        self.start()
        self.changed()

    def power_off(self) -> None:
        """Lose power."""
        self.lamps = dict.fromkeys(LampName, False)

    def touch(self, key: Key) -> None:
        """A finger touches a key."""
        self._move(key, True)

    def release(self, key: Key) -> None:
        """The finger leaves the key."""
        self._move(key, False)

    def report_door(self, _door: str) -> None:
        """The door behind a switch has moved."""
        self.changed()

    def write(self, data: bytes) -> None:
        """Take the register's number, and what follows for it and the next ones."""
        self._pointer = data[0]
        for value in data[1:]:
            if self.takes(self._pointer):
                self.registers[self._pointer] = value
            self._pointer = (self._pointer + 1) % 256
        self.changed()

    def read(self, count: int) -> bytes:
        """The registers from the last one that was named."""
        self.changed()
        data = bytes(self.registers[self._pointer : self._pointer + count])
        self._pointer = (self._pointer + count) % 256
        return data

    def start(self) -> None:
        """Set the registers that are not 0 at a start."""

    def takes(self, _register: int) -> bool:
        """Whether a register can be written now."""
        return True

    def changed(self) -> None:
        """Make inputs and outputs what they are by now."""

    def _move(self, key: Key, down: bool) -> None:
        if down != (key in self._touched):
            (self._touched.add if down else self._touched.discard)(key)
            self._wiring.trace.write("key", self.product, key=str(key), touched=down)
            self.changed()

    def is_touched(self, key: Key) -> bool:
        """Whether a finger is on it."""
        return key in self._touched


class SimulatedTouchSensor(SimulatedChip):
    """An MPR121: it senses nothing until it is told to run, and takes few registers while it does.

    `overcurrent` is a broken reference resistor.
    """

    section: TouchSensor
    overcurrent = False

    def start(self) -> None:
        """Stopped, with the sheet's filter settings."""
        self.registers[mpr121.DEBOUNCE + 1 : mpr121.DEBOUNCE + 3] = bytes((0x10, 0x24))

    def takes(self, register: int) -> bool:
        """While it runs, the control register alone."""
        return register == mpr121.CONTROL or not self._is_running

    def changed(self) -> None:
        """A bit for each electrode that is touched."""
        bits = 0
        if self._is_running:
            keys = self.section.keys
            bits = sum(1 << each for key, each in keys.items() if self.is_touched(key))
            bits |= 0x8000 if self.overcurrent else 0
        self.registers[mpr121.TOUCHED : mpr121.TOUCHED + 2] = bits.to_bytes(2, "little")

    @property
    def _is_running(self) -> bool:
        return bool(self.registers[mpr121.CONTROL] & 0x0F)


class SimulatedExpander(SimulatedChip):
    """An MCP23017: all pins are inputs at a start, and float unless they are pulled up."""

    section: PinExpander

    def start(self) -> None:
        """Every pin an input."""
        self.registers[mcp23017.DIRECTIONS : mcp23017.DIRECTIONS + 2] = b"\xff\xff"

    def power_off(self) -> None:
        """Lose power: nothing is lit."""
        super().power_off()
        self.registers[:] = bytes(256)

    def changed(self) -> None:
        """The levels at the pins, and the lamps behind the outputs."""
        inputs, outputs = self._pair(mcp23017.DIRECTIONS), self._pair(mcp23017.OUTPUTS)
        levels = outputs & ~inputs | self._driven() & inputs
        self.registers[mcp23017.LEVELS : mcp23017.LEVELS + 2] = levels.to_bytes(2, "little")
        before = dict(self.lamps)
        for name, lamp in self.section.lamps.items():
            bit = mcp23017.bit_of(lamp.pin)
            is_high = bool(levels & bit)
            self.lamps[name] = not inputs & bit and is_high is (lamp.on is PinLevel.HIGH)
        if self.lamps != before:
            self._wiring.on_change()

    def _driven(self) -> int:
        """What the contacts make of the inputs: one that is not closed is pulled, or floats low."""
        pulled = self._pair(mcp23017.PULL_UPS)
        levels = 0
        for switch, is_closed in self._contacts():
            bit = mcp23017.bit_of(switch.pin)
            closed_high = switch.closed is PinLevel.HIGH
            # A contact goes to the level that it has while it is closed.
            is_high = closed_high if is_closed else bool(pulled & bit) and not closed_high
            levels |= bit if is_high else 0
        return levels

    def _contacts(self) -> list[tuple[ExpanderSwitch, bool]]:
        keys = [(switch, self.is_touched(key)) for key, switch in self.section.keys.items()]
        doors = [
            (switch, self._wiring.door_state(name) is DoorState.CLOSED)
            for name, switch in self.section.doors.items()
        ]
        return [*keys, *doors]

    def _pair(self, register: int) -> int:
        return int.from_bytes(self.registers[register : register + 2], "little")


class SimulatedI2cBuses:
    """The simulation's /dev/i2c-N: an empty file for each bus, and what the kernel does with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chips: list[SimulatedChip] = []

    def plug(self, unit: SimulatedChip) -> None:
        """Wire a chip to its bus."""
        self._chips.append(unit)

    def unplug(self, unit: SimulatedChip) -> None:
        """Take a chip off its bus."""
        self._chips.remove(unit)

    def is_plugged(self, unit: SimulatedChip) -> bool:
        """Whether it is on its bus."""
        return unit in self._chips

    def path_of(self, port: str) -> str:
        """The bus, which is there with or without chips."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / port.rpartition("/")[2]
        path.touch()
        return str(path)

    def control(self, file: int, _request: int, messages: Messages) -> object:
        """Carry out a transfer, as the kernel's I2C_RDWR does. Raises OSError."""
        bus = Path(f"/proc/self/fd/{file}").readlink().name
        on_it = [each for each in self._chips if each.section.port.rpartition("/")[2] == bus]
        if any(each.hangs for each in on_it):
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        for message in messages.messages[: messages.count]:
            chip = next((each for each in on_it if each.section.address == message.address), None)
            if chip is None:
                raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
            if message.flags & READS:
                read = chip.read(message.length)
                ctypes.memmove(message.data, read, len(read))
            else:
                chip.write(bytes(message.data[: message.length]))
        return 0
