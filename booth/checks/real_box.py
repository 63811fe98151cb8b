"""A whole box on real device nodes: a board for the front, a locker on pins, one on an Arduino."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from booth.guest.arduino import UsbArduino, port_of
from booth.guest.board import UsbBoard
from booth.guest.chip import Chip
from booth.guest.locker import WiredLocker
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DoorState, Key
from boxd.sim.hardware_trace import Trace
from tests.box.booth import Booth, Json

LATCH, DOOR = 17, 27
SERIAL = "B1"
READY_WITHIN_S = 600.0
PATIENCE_S = 180.0
ASK_EVERY_S = 0.3
TOUCH_S, GAP_S = 0.06, 0.12

CABINET = {
    "kind": "arduino",
    "name": "cabinet",
    "port": port_of(SERIAL),
    "board": 1,
    "latches": {"latch-1": 1},
    "doors": {"door-1": 1},
}
PARTS = f"""
[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[devices]]
kind = "gpio"
name = "pins"
latches = {{ latch-1 = {{ pin = {LATCH}, pulse_ms = 150 }} }}
doors = {{ door-1 = {DOOR} }}

[[devices]]
kind = "arduino"
name = "cabinet"
port = "{CABINET["port"]}"
board = 1
latches = {{ latch-1 = 1 }}
doors = {{ door-1 = 1 }}

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"
buzzer = "board-0"

[[lockers]]
id = 1
bay = "bay-1"
latch = "pins.latch-1"
door = "pins.door-1"

[[lockers]]
id = 2
bay = "bay-1"
latch = "cabinet.latch-1"
door = "cabinet.door-1"
"""

_T = TypeVar("_T")


def wait_until(what: str, holds: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """Wait patiently, and ask seldom: each question is work for the emulated processor."""
    deadline = time.monotonic() + max(within_s, PATIENCE_S)
    while not (value := holds()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(ASK_EVERY_S)
    return value


class Hardware:
    """The box's hardware, on an event loop and a thread of its own."""

    def __init__(self, chip: Chip, trace: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._trace = Trace(trace)
        self._cabinets_door = DoorState.CLOSED
        self.cabinet_pulses = 0
        self.board = UsbBoard(0, self._trace)
        self.pins = WiredLocker(chip, LATCH, DOOR, "pins.latch-1", self._trace)
        self.cabinet = UsbArduino(ArduinoDevice.model_validate(CABINET), SERIAL, self._trace)
        self.cabinet._on_latch = self._cabinet_pulses
        self.cabinet._door_state = lambda _door: self._cabinets_door
        self.do(self.pins.watch)

    def do(self, what: Callable[[], _T]) -> _T:
        """Do something to the hardware, on its loop."""

        async def doing() -> _T:
            return what()

        return asyncio.run_coroutine_threadsafe(doing(), self._loop).result(30)

    def type(self, *keys: str) -> None:
        """Touch keys of the board, one after the other."""

        async def typing() -> None:
            for key in keys:
                self.board.board.touch(Key(key))
                await asyncio.sleep(TOUCH_S)
                self.board.board.release(Key(key))
                await asyncio.sleep(GAP_S)

        asyncio.run_coroutine_threadsafe(typing(), self._loop).result(60)

    def shut(self, locker: int) -> None:
        """Shut a locker's door."""
        self.do(self.pins.shut if locker == 1 else self._shut_cabinet)

    def lamps(self) -> set[str]:
        """The lamps that are lit."""
        return {str(lamp) for lamp, lit in self.board.board.lamps.items() if lit}

    def close(self) -> None:
        """Take everything away."""
        self.do(self.pins.close)
        self.do(self.board.remove)
        self.do(self.cabinet.remove)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._trace.close()

    def _shut_cabinet(self) -> None:
        self._cabinets_door = DoorState.CLOSED
        self.cabinet.report_door("door-1")

    def _cabinet_pulses(self, _latch: str, energised: bool) -> None:
        if energised:
            self.cabinet_pulses += 1
            self._cabinets_door = DoorState.OPEN
            self.cabinet.report_door("door-1")


class RealBox(Booth):
    """The daemon with its hardware, which comes and goes without it."""

    def __init__(self, folder: Path, chip: Chip) -> None:
        super().__init__(folder, shipped="sim-mixed.toml")
        text = self.config.read_text(encoding="utf-8").partition("\n[[devices]]")[0]
        for pattern, line in (
            (r'backend = "simulation"', 'backend = "alsa"'),
            (r"(?<=\[simulation\]\n)enabled = true", "enabled = false"),
        ):
            text, changed = re.subn(pattern, line, text)
            assert changed, f"config/sim-mixed.toml has no {pattern}"
        self.config.write_text(text + PARTS, encoding="utf-8")
        self.state.mkdir(exist_ok=True)
        self.hardware = Hardware(chip, self.state / "hardware-trace.jsonl")

    def start(self, until_ready: bool = True, dying_at: str = "") -> None:
        """Start the daemon; an emulated processor takes its time."""
        super().start(until_ready=False, dying_at=dying_at)
        if until_ready:
            is_over = "ready, or ended"
            wait_until(is_over, lambda: self.is_ready() or not self.is_running(), READY_WITHIN_S)
            assert self.is_running(), f"boxd ended at its start: {self.log()[-2000:]}"

    def stock_up(self) -> None:
        """Bring prizes, as a real box gets them."""
        mugs = {"sku": "mug", "name": "Mug", "units": 20, "weight": 1}
        self.ask_socket("POST", "/api/v1/prizes/import", {"prizes": [mugs], "actor": "test"})

    def enter(self, bay: str, code: str) -> None:
        """Type a code on the board and press Enter."""
        assert bay == "bay-1"
        self.hardware.type(*code)
        wait_until("typed", lambda: self.bay(bay)["typed"] == len(code))
        self.hardware.type("Enter")

    def say(self, prompt: Json, kind: str, **more: Any) -> None:
        """Answer a prompt as a person does: again, as long as the box still asks."""

        def is_answered() -> bool:
            accepted = self.answer(prompt, kind, **more).is_success
            return accepted or prompt["id"] not in [p["id"] for p in self.snapshot()["prompts"]]

        wait_until(f"the answer {kind} is taken", is_answered)

    def door(self, locker: int, state: str) -> None:
        """Shut a door."""
        assert state == "closed"
        self.hardware.shut(locker)

    def pulses(self, locker: int) -> int:
        """How often a locker's latch was energised."""
        return self.hardware.pins.pulses if locker == 1 else self.hardware.cabinet_pulses

    def device(self, name: str) -> Json:
        """A device as the HUD shows it."""
        return next(each for each in self.snapshot()["devices"] if each["name"] == name)

    def wait_for_device(self, name: str, state: str) -> None:
        """Wait until a device is in a state."""
        wait_until(f"{name} is {state}", lambda: self.device(name)["state"] == state)

    def close(self) -> None:
        """Leave nothing running: the daemon first, so that no port goes away under it."""
        if self.is_running():
            self.stop()
        super().close()
        self.hardware.close()
