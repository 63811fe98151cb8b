"""Drives every output on the Pi's pins off, without the daemon, and whatever has died."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boxd.config.device_schema import DeviceSection, PinLevel
from boxd.gpio.lines import open_lines
from boxd.gpio.outputs import OutputPin, Outputs
from boxd.gpio.sections import GpioDevice, GpioLatch, GpioOutput

# A guard without its daemon drops everything within a second, a hung one within two.
PATIENCE_S = 2.5


@dataclass(frozen=True)
class MadeSafe:
    """The outputs by name: those that are off now, and why the others were not available."""

    off: tuple[str, ...]
    held: dict[str, str]


def named_outputs(devices: Sequence[DeviceSection]) -> dict[OutputPin, str]:
    """Every configured output pin with its name, latches first; also of disabled devices."""
    gpio = [device for device in devices if isinstance(device, GpioDevice)]
    latches = {
        _pin(latch): f"{device.name}.{name}"
        for device in gpio
        for name, latch in device.latches.items()
    }
    lamps = {
        _pin(lamp): f"{device.name}: lamp {name}"
        for device in gpio
        for name, lamp in device.lamps.items()
    }
    buzzers = {_pin(device.buzzer): f"{device.name}: buzzer" for device in gpio if device.buzzer}
    return latches | lamps | buzzers


def make_safe(
    outputs: dict[OutputPin, str], memory_dir: Path | None, patience_s: float
) -> MadeSafe:
    """Drive the outputs off; tries for `patience_s` to get those that others hold.

    They stay off when this process ends. Raises ConfigError or DeviceUnreachable if there are no
    pins at all.
    """
    if not outputs:
        return MadeSafe((), {})
    missing = Outputs(open_lines(memory_dir), tuple(outputs)).drive_off(patience_s)
    return MadeSafe(
        tuple(name for pin, name in outputs.items() if pin not in missing),
        {outputs[pin]: str(why) for pin, why in missing.items()},
    )


def _pin(output: GpioLatch | GpioOutput) -> OutputPin:
    return OutputPin(output.pin, output.on is PinLevel.HIGH)
