"""The figures of the hardware's drivers, each beside the bare library doing the same."""

from __future__ import annotations

from pathlib import Path

from bench import arduino, gpio, hotplug
from bench.figures import Figure

PULSES = 200


def figures(folder: Path, rounds: int) -> list[Figure]:
    """Every driver's figures; `rounds` is how often a device is unplugged."""
    return [
        *hotplug.figures(folder / "hotplug", rounds),
        *gpio.figures(folder / "gpio", PULSES),
        *arduino.figures(folder / "arduino", PULSES),
    ]
