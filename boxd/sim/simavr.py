"""The real firmware as a program: its image runs in simavr, its line is a pseudo-terminal.

Builds what it needs from `firmware/` of the source tree, into `build/simavr`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from boxd.errors import BoxdError

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "simavr"

EEPROM_BYTES = 1024
BEGINS_S = 10.0  # a runner starts within 50 ms on a machine that is not very busy
GONE_S = 5.0  # the runner's time to write its EEPROM


@dataclass(frozen=True)
class FirmwarePins:
    """The pins of one of the firmware's layouts, as they are printed on an Uno."""

    name: str
    latches: tuple[str, ...]
    doors: tuple[str, ...]
    lamps: tuple[str, ...]
    buzzer: str

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs by name: `latch-1`, `lamp-1`, `buzzer`."""
        latches = {f"latch-{n}": pin for n, pin in enumerate(self.latches, 1)}
        lamps = {f"lamp-{n}": pin for n, pin in enumerate(self.lamps, 1)}
        return latches | lamps | {"buzzer": self.buzzer}


SIX = FirmwarePins(
    "six",
    latches=("D2", "D3", "D4", "D5", "D6", "D7"),
    doors=("A0", "A1", "A2", "A3", "A4", "A5"),
    lamps=("D9", "D10", "D11"),
    buzzer="D8",
)
EIGHT = FirmwarePins(
    "eight",
    latches=("D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9"),
    doors=("A0", "A1", "A2", "A3", "A4", "A5", "D10", "D11"),
    lamps=("D13",),
    buzzer="D12",
)


@dataclass(frozen=True)
class PinChange:
    """An output's new level; `at` is on the monotonic clock, `simulated_s` on the chip's own."""

    pin: str
    level: int
    simulated_s: float
    at: float


@dataclass(frozen=True)
class Boot:
    """The program started again: power, a reset, or the watchdog."""

    simulated_s: float
    at: float


def image_of(layout: FirmwarePins) -> Path:
    """The image of a layout, as it would be flashed."""
    return OUT / f"boxd-{layout.name}.hex"


@cache
def build() -> None:
    """Build images and runner if they are older than their sources. Raises BoxdError."""
    OUT.mkdir(parents=True, exist_ok=True)
    of_its_own = {"MAKEFLAGS", "MAKELEVEL", "BOARD_ID"}
    environment = {name: text for name, text in os.environ.items() if name not in of_its_own}
    command = ["make", "-C", str(ROOT / "firmware"), f"OUT={OUT}", "test-images", "runner"]
    with (OUT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise BoxdError(
            f"The firmware could not be built for simavr:\n{made.stderr.strip()}\n"
            "Run 'scripts/debian-packages test', which installs the tools, then try again."
        )


class Simavr:
    """One board that runs an image. Its EEPROM is a file and outlives it.

    Only `start` and `stop` wait; `changes()` returns what happened at the pins, whenever
    `fileno()` is readable. `path` is the path of its line, once known. `has_ended` says that the
    runner ended by itself, which takes the board's power.
    """

    def __init__(
        self,
        eeprom: Path,
        layout: FirmwarePins = SIX,
        *,
        board_id: int | None = None,
        image: Path | None = None,
        doors: Sequence[int] = (),
    ) -> None:
        self._eeprom = eeprom
        self._layout = layout
        self._board_id = board_id
        self._image = image
        self._doors = [*doors, *([0] * len(layout.doors))][: len(layout.doors)]
        self._runner: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self._pending: list[PinChange | Boot] = []  # what came before the first call of changes()
        self.path: str | None = None
        self.has_ended = False

    def start(self) -> str:
        """Switch the board on and return the path of its line. Raises BoxdError."""
        self.begin()
        give_up = time.monotonic() + BEGINS_S
        while self.path is None and not self.has_ended and time.monotonic() < give_up:
            select.select([self], [], [], give_up - time.monotonic())
            self._pending += self._fetch()
        if self.path is None:
            self.stop()
            raise BoxdError("simavr did not start; its message is above.")
        return self.path

    def begin(self) -> None:
        """Switch the board on; its path comes with the changes. Raises BoxdError."""
        build()
        if self._board_id is not None:
            write_board_id(self._eeprom, self._board_id)
        outputs = [f"{name}={pin}" for name, pin in self._layout.outputs.items()]
        inputs = [
            f"{pin}:{level}" for pin, level in zip(self._layout.doors, self._doors, strict=True)
        ]
        image = self._image or image_of(self._layout)
        self._runner = subprocess.Popen(
            [OUT / "runner", image, self._eeprom, *outputs, *inputs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            process_group=0,  # Ctrl-C in a terminal is for boxd only
        )
        os.set_blocking(self.fileno(), False)
        self._pending.clear()
        self.path, self.has_ended = None, False

    def fileno(self) -> int:
        """The descriptor that becomes readable when there are changes."""
        return self._output.fileno()

    def changes(self) -> list[PinChange | Boot]:
        """What has happened since the last call; also empty when the board is off."""
        pending, self._pending = self._pending, []
        return pending + self._fetch()

    def set_door(self, door: int, level: int) -> None:
        """Set the level at the contact of a door, counted from 1; 0 is closed, to ground."""
        self._doors[door - 1] = level
        self._order(f"set {self._layout.doors[door - 1]} {level}")

    def reset(self) -> None:
        """Press the board's reset button."""
        self._order("reset")

    def hurry(self, in_a_hurry: bool) -> None:
        """Let the chip's time outrun the clock while bytes come in, or (False) stop that."""
        self._order("hurry" if in_a_hurry else "walk")

    def stop(self) -> None:
        """Switch the board off, as if its cable had been pulled. Does nothing if it is off."""
        if self._runner is None:
            return
        self._runner.kill()
        self._runner.communicate(timeout=GONE_S)
        self._runner = None
        self._unread = b""
        self.path = None

    @property
    def _output(self) -> IO[bytes]:
        if self._runner is None or self._runner.stdout is None:
            raise BoxdError("The simulated board is switched off; start it first.")
        return self._runner.stdout

    def _fetch(self) -> list[PinChange | Boot]:
        if self._runner is None or self.has_ended:
            return []
        try:
            said = os.read(self.fileno(), 65536)
        except BlockingIOError:
            return []
        self.has_ended = not said
        *lines, self._unread = (self._unread + said).split(b"\n")
        return [change for line in lines if (change := self._take(line.decode())) is not None]

    def _take(self, line: str) -> PinChange | Boot | None:
        """A line of the runner: `pty PATH`, `boot SIM MONO` or `pin NAME LEVEL SIM MONO`."""
        what, *facts = line.split()
        if what == "pty":
            (self.path,) = facts
            return None
        *facts, simulated_ns, mono_ns = facts
        simulated_s, at = int(simulated_ns) / 1e9, int(mono_ns) / 1e9
        if what == "boot":
            return Boot(simulated_s, at)
        pin, level = facts
        return PinChange(pin, int(level), simulated_s, at)

    def _order(self, order: str) -> None:
        if self._runner and self._runner.stdin:
            with contextlib.suppress(BrokenPipeError):  # it has ended: `changes` says so
                self._runner.stdin.write(f"{order}\n".encode())


def write_board_id(eeprom: Path, board_id: int) -> None:
    """Write an id into an EEPROM's file, which is made if there is none."""
    content = bytearray(eeprom.read_bytes() if eeprom.exists() else b"\xff" * EEPROM_BYTES)
    content[:2] = bytes([board_id, board_id ^ 0xFF])
    eeprom.write_bytes(content)
