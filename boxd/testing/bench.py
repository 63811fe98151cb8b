"""One device of a kind on its bus, with its simulated twin at the other end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxd.config.device_kinds import DeviceKind, word_of
from boxd.config.schema import Config
from boxd.devices import Bus, Device, DeviceState, DoorState, KeyTouch, LampName
from boxd.sim.hardware_trace import Trace
from boxd.sim.unit import SimulatedKind, Unit, Wiring

LOOK_EVERY_S = 0.01


@dataclass(frozen=True)
class LatchEdge:
    """A coil got (`energised`) or lost its current, at a time on the monotonic clock."""

    latch: str
    energised: bool
    at: float


class Bench:
    """A device, its bus and its twin. `cut_at_pulse`: the plug is pulled as a latch is energised.

    `touches` are the touches that its keypad reported.
    """

    def __init__(
        self,
        kind: DeviceKind[Any, Any],
        twin: type[SimulatedKind],
        section: Mapping[str, Any],
        folder: Path,
    ) -> None:
        bare = {
            "box": {"id": "bench", "state_dir": str(folder)},
            "midi": {"backend": "simulation"},
            "simulation": {"enabled": True},
        }
        named = {word_of(each): each for each in kind.sections}
        configured = named[section["kind"]].model_validate_json(json.dumps(section))
        config = Config.model_validate(bare).model_copy(update={"devices": (configured,)})
        self.section = configured
        self.touches: list[KeyTouch] = []
        self.cut_at_pulse = False
        self.longest_ms: dict[str, int] = {}
        self._doors: dict[str, DoorState] = {}
        self._trace_file = folder / "bench-trace.jsonl"
        self._trace = Trace(self._trace_file)
        self._twin = twin(config)
        wiring = Wiring(config, self._trace, self._see_latch, self._door_at, lambda: None)
        self.unit: Unit = self._twin.unit(configured, wiring)
        self.buses: list[Bus] = [*kind.buses([configured], config, self._twin.socket, lambda: None)]
        self.device: Device = next(each for bus in self.buses for each in bus.devices)
        if self.device.keypad is not None:
            self.device.keypad.subscribe(self.touches.append)

    @property
    def lit(self) -> frozenset[LampName]:
        """The lamps that are lit at the device."""
        return frozenset(lamp for lamp, lit in self.unit.lamps.items() if lit)

    @property
    def state(self) -> DeviceState:
        """The device's state as boxd sees it."""
        return self.device.status.state

    def plug(self) -> None:
        """Give the device power and plug it in."""
        self.unit.power_on()
        self._twin.socket.plug(self.unit)

    def unplug(self) -> None:
        """Pull its plug, which is its power too."""
        self._twin.socket.unplug(self.unit)
        self.unit.power_off()

    def move_door(self, part: str, state: DoorState) -> None:
        """Open or close the door behind a door switch or a latch's feedback contact."""
        self._doors[part] = state
        self.unit.report_door(part)

    def edges(self) -> list[LatchEdge]:
        """Every edge of a latch since the bench was made, as its twin traced them."""
        records = map(json.loads, self._trace_file.read_text(encoding="utf-8").splitlines())
        return [
            LatchEdge(record["device"], bool(record["level"]), record["t"])
            for record in records
            if record["what"] == "latch"
        ]

    async def start(self) -> None:
        """Start the buses."""
        await asyncio.gather(*(bus.start() for bus in self.buses))

    async def close(self) -> None:
        """Close the buses."""
        for bus in self.buses:
            await bus.close()

    async def ready(self, within_s: float) -> None:
        """Wait until boxd can use the device. Raises AssertionError if it never can."""
        await self.until(lambda: self.state is DeviceState.READY, within_s)

    async def until(self, condition: Callable[[], Any], within_s: float) -> None:
        """Wait for a condition. Raises AssertionError with the device's state if time is up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while not condition():
            assert loop.time() < deadline, f"not within {within_s} s: {self.device.status}"
            await asyncio.sleep(LOOK_EVERY_S)

    def end(self) -> None:
        """Take the twin away."""
        self.unit.power_off()
        self._trace.close()

    def _see_latch(self, latch: str, _address: str, longest_ms: int, energised: bool) -> None:
        self.longest_ms[latch] = longest_ms
        if energised and self.cut_at_pulse:
            self.cut_at_pulse = False
            self._twin.socket.unplug(self.unit)
            asyncio.get_running_loop().call_soon(self.unit.power_off)

    def _door_at(self, part: str) -> DoorState:
        return self._doors.get(part, DoorState.CLOSED)


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    """A bench that is closed and taken away when the block ends."""
    try:
        yield bench
    finally:
        await bench.close()
        bench.end()
