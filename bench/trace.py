"""The hardware trace as it grows: what the simulated boards saw, with the time of each line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Record = dict[str, Any]

LOOK_EVERY_S = 0.002  # only how soon the bench goes on; the times are the trace's own


class Trace:
    """Reads the lines that come after it was made; one reader for one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._file = path.open("rb")
        self._file.seek(0, 2)
        self._rest = b""
        self._records: list[Record] = []

    def forget(self) -> None:
        """Drop what was read: from now on only later lines count."""
        self._read()
        self._records.clear()

    def records(self) -> list[Record]:
        """Everything since the last `forget`, in order."""
        self._read()
        return self._records

    def find(self, holds: Callable[[Record], bool]) -> Record | None:
        """The first such line since the last `forget`."""
        return next((record for record in self.records() if holds(record)), None)

    def wait(self, what: str, holds: Callable[[Record], bool], within_s: float = 20) -> Record:
        """Wait for such a line; raises TimeoutError naming `what`."""
        deadline = time.monotonic() + within_s
        while (found := self.find(holds)) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {within_s} s: {what}")
            time.sleep(LOOK_EVERY_S)
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> None:
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        self._records += [json.loads(line) for line in lines]


def key(device: str, name: str) -> Callable[[Record], bool]:
    """A finger came to this key of this device."""
    return lambda r: (
        r["what"] == "key" and r["device"] == device and r["key"] == name and bool(r["touched"])
    )


def sent(device: str, message: str, since: float = 0) -> Callable[[Record], bool]:
    """The device got this message (hexadecimal), not before `since`."""
    return lambda r: (
        r["what"] == "bytes"
        and r["device"] == device
        and r["bytes"] == message
        and float(r["t"]) >= since
    )


def anything_sent(device: str, since: float) -> Callable[[Record], bool]:
    """The device got any message, not before `since`."""
    return lambda r: r["what"] == "bytes" and r["device"] == device and float(r["t"]) >= since


def latch(device: str, level: int) -> Callable[[Record], bool]:
    """The latch of this board got its current (1) or lost it (0)."""
    return lambda r: r["what"] == "latch" and r["device"] == device and r["level"] == level


def door(locker: int, state: str) -> Callable[[Record], bool]:
    """The locker's door came to stand so."""
    return lambda r: r["what"] == "door" and r["door"] == locker and r["state"] == state
