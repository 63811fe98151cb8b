"""What the pins under test lead to: simulated pins, or a real gpio-sim chip.

The environment variable BOXD_TEST_GPIO_SIM names the chip's folder in sysfs, for example
/sys/devices/platform/gpio-sim.0/gpiochip0. The chip needs the lines 0 to 27 and the label of a
Pi's header (`echo pinctrl-bcm2711 > .../bank0/label`), the kernel's /proc/cpuinfo a Pi's revision.
The kernel's own gpio-sim lets a line that nobody holds go to its pull; the memory keeps it driven,
as a Pi's kernel does, and so does a chip whose module was patched for it.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from boxd.gpio.pin_memory import MemoryPull, PinMemory

VARIABLE = "BOXD_TEST_GPIO_SIM"
TRACING = Path("/sys/kernel/tracing")

_SET = re.compile(r"(\d+\.\d+): gpio_value: (\d+) set (\d)")


@dataclass(frozen=True)
class Change:
    """A pin had another level from `at` on, in seconds on the monotonic clock."""

    at: float
    pin: int
    level: bool


class Wiring(Protocol):
    """The far end of the pins."""

    memory_dir: Path | None
    """What to open the pins with."""

    def rest(self, pin: int, level: bool) -> None:
        """A resistor outside holds the pin at a level while nobody drives it."""

    def drive(self, pin: int, level: bool) -> None:
        """Something outside drives an input."""

    def level(self, pin: int) -> bool:
        """The level at the pin now."""

    def changes(self, pin: int) -> list[Change]:
        """Every change of the pin since the wiring was made."""

    def close(self) -> None:
        """Look no more."""


class MemoryWiring:
    """Simulated pins."""

    def __init__(self, folder: Path) -> None:
        self.memory_dir: Path | None = folder
        self._memory = PinMemory(folder)

    def rest(self, pin: int, level: bool) -> None:
        self._memory.make_input(pin, MemoryPull.UP if level else MemoryPull.DOWN)
        _, self._from = self._memory.edges()

    def drive(self, pin: int, level: bool) -> None:
        self._memory.drive(pin, level)

    def level(self, pin: int) -> bool:
        return self._memory.level(pin)

    def changes(self, pin: int) -> list[Change]:
        edges, _ = self._memory.edges(self._from)
        return [Change(edge.at, edge.pin, edge.level) for edge in edges if edge.pin == pin]

    def close(self) -> None:
        self._memory.close()


class GpioSimWiring:
    """A gpio-sim chip: inputs are driven through sysfs, the kernel's own trace tells the edges."""

    def __init__(self, chip: Path) -> None:
        self.memory_dir: Path | None = None
        self._chip = chip
        self._first = _first_line(chip.name)
        self._levels: dict[int, bool] = {}
        (TRACING / "trace_clock").write_text("mono")
        (TRACING / "events/gpio/gpio_value/enable").write_text("1")
        (TRACING / "trace").write_text("")

    def rest(self, pin: int, level: bool) -> None:
        self.drive(pin, level)
        self._levels[pin] = self.level(pin)
        (TRACING / "trace").write_text("")

    def drive(self, pin: int, level: bool) -> None:
        (self._line(pin) / "pull").write_text("pull-up" if level else "pull-down")

    def level(self, pin: int) -> bool:
        return (self._line(pin) / "value").read_text().strip() == "1"

    def changes(self, pin: int) -> list[Change]:
        found: list[Change] = []
        before = self._levels[pin]
        for at, line, value in _SET.findall((TRACING / "trace").read_text()):
            if int(line) == self._first + pin and bool(int(value)) != before:
                before = not before
                found.append(Change(float(at), pin, before))
        if self.level(pin) != before:  # nobody set it: its holder died, and it went to its pull
            found.append(Change(time.monotonic(), pin, not before))
        return found

    def close(self) -> None:
        (TRACING / "events/gpio/gpio_value/enable").write_text("0")

    def _line(self, pin: int) -> Path:
        return self._chip / f"sim_gpio{pin}"


def open_wiring(folder: Path) -> Wiring:
    """The wiring that the environment asks for; simulated pins live in `folder`."""
    chip = os.environ.get(VARIABLE)
    return GpioSimWiring(Path(chip)) if chip else MemoryWiring(folder)


def _first_line(chip: str) -> int:
    """The kernel's number for the chip's first line, which its trace counts from."""
    listed = Path("/sys/kernel/debug/gpio").read_text()
    found = re.search(rf"^{chip}: GPIOs (\d+)-", listed, re.MULTILINE)
    assert found is not None
    return int(found[1])
