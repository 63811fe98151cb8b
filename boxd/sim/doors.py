"""The doors and latches of simulated lockers; their state is in a file and survives a restart."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from boxd.computer_trouble import lacking
from boxd.devices import DoorState


@dataclass
class SimulatedDoor:
    """One locker's door and latch; like real mechanics they outlive every program."""

    state: DoorState = DoorState.CLOSED
    pulses: int = 0
    jammed: bool = False


class SimulatedDoors:
    """Every door, and the latches that have current, each with its latest end; in a small file."""

    def __init__(self, path: Path, lockers: tuple[int, ...]) -> None:
        self._path = path.resolve()  # a link to another disk stays one
        kept = _read(path)
        self.doors = {locker: _door(kept, locker) for locker in lockers}
        self.energised: dict[str, float] = _energised(kept)

    def opening(self, latch: str, lockers: list[int], longest_ms: int) -> list[int]:
        """A latch's coil gets current, for `longest_ms` at most; returns the lockers that open.

        They are open in the file at once: a door that has begun to open opens even if the program
        dies.
        """
        self.energised[latch] = time.monotonic() + longest_ms / 1000
        going = []
        for locker in lockers:
            self.doors[locker].pulses += 1
            if not self.doors[locker].jammed and self.doors[locker].state is DoorState.CLOSED:
                going.append(locker)
        self._write(opening=going)
        return going

    def rest(self, latch: str) -> None:
        """A latch's coil loses its current."""
        self.energised.pop(latch, None)
        self._write()

    def move(self, locker: int, state: DoorState) -> bool:
        """Move a door; returns whether its state changed."""
        door = self.doors[locker]
        if door.state is state:
            return False
        door.state = state
        self._write()
        return True

    def jam(self, locker: int, jammed: bool) -> None:
        """Jam a latch, or free it."""
        self.doors[locker].jammed = jammed
        self._write()

    def _write(self, opening: list[int] | None = None) -> None:
        lockers = {str(locker): asdict(door) for locker, door in self.doors.items()}
        for locker in opening or ():
            lockers[str(locker)]["state"] = str(DoorState.OPEN)
        text = json.dumps({"lockers": lockers, "energised": self.energised}, indent=1)
        draft = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text + "\n")
            draft.replace(self._path)
        except OSError as error:  # a real door moves on a full disk too
            if not lacking(error):
                raise


def _read(path: Path) -> dict[str, object]:
    try:
        kept = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _door(kept: dict[str, object], locker: int) -> SimulatedDoor:
    lockers = kept.get("lockers")
    record = lockers.get(str(locker)) if isinstance(lockers, dict) else None
    if not isinstance(record, dict):
        return SimulatedDoor()
    state = DoorState.OPEN if record.get("state") == DoorState.OPEN else DoorState.CLOSED
    return SimulatedDoor(state, int(record.get("pulses", 0)), bool(record.get("jammed")))


def _energised(kept: dict[str, object]) -> dict[str, float]:
    record = kept.get("energised")
    if not isinstance(record, dict):
        return {}
    return {str(latch): float(until) for latch, until in record.items()}
