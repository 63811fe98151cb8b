"""What the pins under test lead to: simulated copper, or a real gpio-sim chip.

The environment variable BOXD_TEST_GPIO_SIM names the chip's folder in sysfs, for example
/sys/devices/platform/gpio-sim.0/gpiochip0. The chip needs the lines 0 to 27 and the label of a
Pi's header (`echo pinctrl-bcm2711 > .../bank0/label`), the kernel's /proc/cpuinfo a Pi's revision.
The kernel's own gpio-sim lets a line that nobody holds go to its pull; the copper keeps it driven,
as a Pi's kernel does, and so does a chip whose module was patched for it.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from boxd.sim.copper import Copper, CopperPull

VARIABLE = "BOXD_TEST_GPIO_SIM"
SAMPLE_S = 0.0005


@dataclass(frozen=True)
class Change:
    """A pin had another level from `at` on, in seconds on the monotonic clock."""

    at: float
    pin: int
    level: bool


class Wiring(Protocol):
    """The far end of the pins."""

    copper: Path | None
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


class CopperWiring:
    """Simulated pins."""

    def __init__(self, folder: Path) -> None:
        self.copper: Path | None = folder
        self._copper = Copper(folder)

    def rest(self, pin: int, level: bool) -> None:
        self._copper.make_input(pin, CopperPull.UP if level else CopperPull.DOWN)
        _, self._from = self._copper.edges()

    def drive(self, pin: int, level: bool) -> None:
        self._copper.drive(pin, level)

    def level(self, pin: int) -> bool:
        return self._copper.level(pin)

    def changes(self, pin: int) -> list[Change]:
        edges, _ = self._copper.edges(self._from)
        return [Change(edge.at, edge.pin, edge.level) for edge in edges if edge.pin == pin]

    def close(self) -> None:
        self._copper.close()


class GpioSimWiring:
    """A gpio-sim chip: inputs are driven through sysfs, levels sampled there."""

    def __init__(self, chip: Path) -> None:
        self.copper: Path | None = None
        self._chip = chip
        self._levels: dict[int, bool] = {}
        self._changes: list[Change] = []
        self._closing = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def rest(self, pin: int, level: bool) -> None:
        self.drive(pin, level)
        self._levels[pin] = self.level(pin)
        if not self._sampler.is_alive():
            self._sampler.start()

    def drive(self, pin: int, level: bool) -> None:
        (self._line(pin) / "pull").write_text("pull-up" if level else "pull-down")

    def level(self, pin: int) -> bool:
        return (self._line(pin) / "value").read_text().strip() == "1"

    def changes(self, pin: int) -> list[Change]:
        return [change for change in self._changes if change.pin == pin]

    def close(self) -> None:
        self._closing.set()
        if self._sampler.is_alive():
            self._sampler.join()

    def _line(self, pin: int) -> Path:
        return self._chip / f"sim_gpio{pin}"

    def _sample(self) -> None:
        while not self._closing.wait(SAMPLE_S):
            for pin, before in list(self._levels.items()):
                level = self.level(pin)
                if level != before:
                    self._levels[pin] = level
                    self._changes.append(Change(time.monotonic(), pin, level))


def open_wiring(folder: Path) -> Wiring:
    """The wiring that the environment asks for; simulated pins live in `folder`."""
    chip = os.environ.get(VARIABLE)
    return GpioSimWiring(Path(chip)) if chip else CopperWiring(folder)
