"""The simulated Arduino as a board that the conformance cases can be run on."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import serial

from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DoorState
from boxd.sim.arduino import SimulatedArduino
from boxd.sim.hardware_trace import Trace
from tests.arduino.conformance import BOARD_ID, Edge

Result = TypeVar("Result")

LAMPS = {"standby": "lamp-1", "success": "lamp-2", "failure": "lamp-3"}
NO_BOARD_NUMBER = 255


class TwinBoard:
    """A `conformance.Board`. The twin lives on an event loop in a thread of its own."""

    late_s = 0.5  # its time is the clock's, and a busy machine holds it up

    def __init__(self, folder: Path) -> None:
        self._trace_file = folder / "trace.jsonl"
        self._levels: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._unit = SimulatedArduino(
            _device(), Trace(self._trace_file), door_state=self._door_state
        )
        self._port: serial.Serial | None = None
        self._do(self._switch_on)

    @property
    def path(self) -> str:
        """The path of its line."""
        assert self._unit.path is not None
        return self._unit.path

    def open(self) -> serial.Serial:
        self._port = serial.Serial(self.path, 115200, exclusive=True, write_timeout=10)
        return self._port

    def edges(self) -> list[Edge]:
        lines = self._trace_file.read_text().splitlines()
        return [edge for line in lines if (edge := _edge(json.loads(line)))]

    def set_door(self, door: int, level: int) -> None:
        self._levels[f"door-{door}"] = level
        self._do(lambda: self._unit.report_door(f"door-{door}"))

    def reset(self) -> None:
        self._do(self._unit.reset)

    def restart(self, board_id: int | None) -> serial.Serial:
        if self._port:
            self._port.close()
        self._do(self._switch_off)
        self._unit.board = NO_BOARD_NUMBER if board_id is None else board_id
        self._do(self._switch_on)
        return self.open()

    def hurry(self, in_a_hurry: bool) -> None:
        """The twin's time is the clock's."""

    def close(self) -> None:
        """Switch it off."""
        if self._port:
            self._port.close()
        self._do(self._switch_off)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _switch_on(self) -> None:
        self._unit.power_on()
        self._unit.connect()

    def _switch_off(self) -> None:
        self._unit.disconnect()
        self._unit.power_off()

    def _door_state(self, door: str) -> DoorState:
        return DoorState.OPEN if self._levels.get(door) else DoorState.CLOSED

    def _do(self, action: Callable[[], Result]) -> Result:
        async def act() -> Result:
            return action()

        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(10)


def _device() -> ArduinoDevice:
    numbers = range(1, 7)
    return ArduinoDevice.model_validate(
        {
            "kind": "arduino",
            "name": "twin",
            "port": "/dev/serial/by-id/twin",
            "board": BOARD_ID,
            "latches": {f"latch-{number}": number for number in numbers},
            "doors": {f"door-{number}": number for number in numbers},
            "lamps": {lamp: number for number, lamp in enumerate(LAMPS, 1)},
            "buzzer": True,
        }
    )


def _edge(record: dict[str, Any]) -> Edge | None:
    match record["what"]:
        case "latch":
            return Edge(record["device"].partition(".")[2], record["level"], record["t"])
        case "lamp":
            return Edge(LAMPS[record["lamp"]], int(record["lit"]), record["t"])
        case "buzzer":
            return Edge("buzzer", int(record["on"]), record["t"])
    return None
