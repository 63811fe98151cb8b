"""All that is built into the booth: its boards, its pins and its Arduino, moved by a hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from booth.guest import layout
from booth.guest.arduino import UsbArduino, port_of
from booth.guest.board import UsbBoard
from booth.guest.chip import Chip
from booth.guest.locker import WiredLocker
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DoorState, Key
from boxd.sim.hardware_trace import Trace

TOUCH_S, GAP_S = 0.06, 0.12  # somebody who types five keys a second


class Hardware:
    """The booth's devices by their names in booth/box.toml, on this process's event loop."""

    def __init__(self, chip: Chip, trace: Trace) -> None:
        self._trace = trace
        self._boards = {name: UsbBoard(number, trace) for name, number in layout.BOARDS.items()}
        self._pins = WiredLocker(chip, layout.LATCH_PIN, layout.DOOR_PIN, "pins.latch-1", trace)
        self._cabinet = _Cabinet(trace)

    def switch_on(self) -> None:
        """Put every plug in, and let the wires on the pins do what they do."""
        self._pins.watch()
        for board in self._boards.values():
            board.plug()
        self._cabinet.plug()

    async def type(self, device: str, keys: Sequence[str]) -> None:
        """Touch keys of a board, one after the other."""
        board = self._boards[device].board
        for key in map(Key, keys):
            board.touch(key)
            await asyncio.sleep(TOUCH_S)
            board.release(key)
            await asyncio.sleep(GAP_S)

    def plug(self, device: str) -> None:
        """Put a device's plug in."""
        self._with_plug(device).plug()

    def unplug(self, device: str) -> None:
        """Pull a device's plug."""
        self._with_plug(device).unplug()

    def shut(self, locker: int) -> None:
        """Shut a locker's door."""
        if locker == layout.PINS_LOCKER:
            self._pins.shut()
        else:
            self._cabinet.shut()

    def _with_plug(self, device: str) -> UsbBoard | UsbArduino:
        return self._cabinet if device == layout.CABINET else self._boards[device]


class _Cabinet(UsbArduino):
    """An Arduino with one latch, which lets go of its door."""

    def __init__(self, trace: Trace) -> None:
        parts = {
            "kind": "arduino",
            "name": layout.CABINET,
            "port": port_of(layout.CABINET_SERIAL),
            "board": 1,
            "latches": {layout.CABINET_LATCH: 1},
            "doors": {layout.CABINET_DOOR: 1},
        }
        super().__init__(ArduinoDevice.model_validate(parts), layout.CABINET_SERIAL, trace)
        self._is_open = False
        self._on_latch = self._pulse
        self._door_state = lambda _door: DoorState.OPEN if self._is_open else DoorState.CLOSED

    def shut(self) -> None:
        """Shut the door."""
        self._move(False)

    def _pulse(self, _latch: str, energised: bool) -> None:
        if energised:
            self._move(True)

    def _move(self, is_open: bool) -> None:
        self._is_open = is_open
        state = "open" if is_open else "closed"
        self.trace.write("door", f"{self.product}.{layout.CABINET_LATCH}", state=state)
        self.report_door(layout.CABINET_DOOR)
