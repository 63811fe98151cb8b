"""A door pad as a program of its own, on a real JACK port; its doors hang on the boards' latches.

python -m tests.box.door_pad CONFIG TRACE

A latch that gets current opens its locker's door, as the trace tells it. Lines on standard input
are what a person does: `close 2`, `open 2`. Ends with the input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from boxd.config import load
from boxd.config.schema import Config, MidiBackend
from boxd.devices import DoorState
from boxd.midi.sections import NotesDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.pad import SimulatedPad
from boxd.sim.rtboard import VirtualPort

LOOK_EVERY_S = 0.01
WORDS = {"open": DoorState.OPEN, "close": DoorState.CLOSED}


class Doors:
    """The doors behind the pad's switches, and where each stands."""

    def __init__(self, config: Config, pad: NotesDevice, trace: Path) -> None:
        self._addresses = {
            f"{locker.id}": (locker.door or "").removeprefix(f"{pad.name}.")
            for locker in config.lockers
            if locker.door
        }
        products = {device.name: device.port for device in config.devices}
        self._behind = {
            products[locker.latch]: f"{locker.id}" for locker in config.lockers if locker.door
        }
        self._states = dict.fromkeys(pad.doors, DoorState.CLOSED)
        self._record = Trace(trace)
        self._seen = trace
        self.pad = SimulatedPad(pad, self._record, lambda door: self._states[door])

    def move(self, locker: str, state: DoorState) -> None:
        """Move a door; its switch tells it if that is new."""
        door = self._addresses[locker]
        if self._states[door] is not state:
            self._states[door] = state
            self._record.write("door", self.pad.product, door=int(locker), state=str(state))
            self.pad.report_door(door)

    async def follow_latches(self) -> None:
        """Open the doors whose latches get current, for ever."""
        with self._seen.open(encoding="utf-8") as stream:
            stream.seek(0, 2)
            while True:
                line = stream.readline()
                if not line:
                    await asyncio.sleep(LOOK_EVERY_S)
                    continue
                event = json.loads(line)
                if event["what"] == "latch" and event["level"] and event["device"] in self._behind:
                    self.move(self._behind[event["device"]], DoorState.OPEN)


async def run(config: Config, trace: Path) -> None:
    """Be the pad until the input ends."""
    described = next(each for each in config.devices if isinstance(each, NotesDevice))
    doors = Doors(config, described, trace)
    port = VirtualPort(described.port, MidiBackend.JACK, doors.pad.receive)
    doors.pad.emit = port.send
    doors.pad.power_on()
    following = asyncio.create_task(doors.follow_latches())
    Trace(trace).write("plugged", described.port)
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, locker = line.split()
        doors.move(locker, WORDS[word])
    following.cancel()
    port.close()


if __name__ == "__main__":
    asyncio.run(run(load(Path(sys.argv[1])), Path(sys.argv[2])))
