"""Simulated number pads and scanners: the kernel's event bytes through a named pipe."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

from boxd.devices import Key, LampName
from boxd.hid.events import EV_KEY, EV_SYN, PRESSED, RELEASED, SYN_REPORT, InputEvent
from boxd.hid.key_codes import CHARACTER_OF_CODE
from boxd.hid.sections import HidDevice
from boxd.sim.hardware_trace import Trace

_ENTER = 28
_CODE_OF_CHARACTER = {character: code for code, character in CHARACTER_OF_CODE.items()}


class SimulatedInput:
    """An input device without lamps: keys are touched, a text is scanned by `scan`."""

    def __init__(self, device: HidDevice, trace: Trace) -> None:
        self.product = device.port
        self.lamps = dict.fromkeys(LampName, False)
        self.sounds = 0
        self.is_sounding = False
        self.emit: Callable[[bytes], None] = lambda _data: None
        self._trace = trace
        self._code_of = {key: code for code, key in reversed(device.key_of_code.items())}
        self._touched: set[Key] = set()

    @property
    def own_faults(self) -> dict[str, Callable[[], None]]:
        """None but what can happen to every device."""
        return {}

    def power_on(self) -> None:
        """Start with no key down."""
        self._trace.write("power", self.product)
        self._touched.clear()

    def power_off(self) -> None:
        """Lose power."""
        self._touched.clear()

    def touch(self, key: Key) -> None:
        """A finger touches a key."""
        self._move(key, True)

    def release(self, key: Key) -> None:
        """The finger leaves the key."""
        self._move(key, False)

    def report_door(self, door: str) -> None:
        """It has no doors."""

    def scan(self, text: str) -> None:
        """Type a text as a scanner does: every key down and up, and Enter."""
        self._trace.write("scan", self.product, characters=len(text))
        for code in (*(_CODE_OF_CHARACTER.get(each, 0) for each in text.upper()), _ENTER):
            self.press(code, True)
            self.press(code, False)

    def press(self, code: int, down: bool) -> None:
        """One key event and the end of its report, as the kernel writes them."""
        now = time.monotonic()
        event = InputEvent(now, EV_KEY, code, PRESSED if down else RELEASED)
        self.emit(event.to_bytes() + InputEvent(now, EV_SYN, SYN_REPORT, 0).to_bytes())

    def _move(self, key: Key, down: bool) -> None:
        if down == (key in self._touched):
            return
        (self._touched.add if down else self._touched.discard)(key)
        self._trace.write("key", self.product, key=str(key), touched=down)
        self.press(self._code_of[key], down)


class SimulatedInputPorts:
    """The simulation's /dev/input: a pipe for each unit that is plugged in.

    What a unit says while nobody has it open waits in the pipe.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pipes: dict[SimulatedInput, tuple[Path, int]] = {}

    def plug(self, unit: SimulatedInput) -> None:
        """Connect a unit."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / unit.product.rpartition("/")[2]
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._pipes[unit] = path, file
        unit.emit = lambda data: self._carry(file, data)

    def unplug(self, unit: SimulatedInput) -> None:
        """Unplug a unit: whoever has it open hears of it."""
        unit.emit = lambda _data: None
        if pipe := self._pipes.pop(unit, None):
            path, file = pipe
            path.unlink(missing_ok=True)
            os.close(file)

    def is_plugged(self, unit: SimulatedInput) -> bool:
        """Whether it is connected."""
        return unit in self._pipes

    def path_of(self, port: str) -> str:
        """The pipe of the unit at a configured port. Raises OSError."""
        for unit, (path, _) in self._pipes.items():
            if unit.product == port:
                return str(path)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), port)

    def _carry(self, file: int, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # a full pipe loses it, as the kernel's queue
            os.write(file, data)
