"""Rules on the Pi's pins: each has one use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from boxd.config.device_schema import PinLevel
from boxd.config.duplicates import Use, used_twice
from boxd.config.schema_texts import SchemaFinding
from boxd.config.toml_positions import KeyPath
from boxd.gpio.sections import GpioDevice, GpioMatrix, GpioSwitch, Pull

# On the Pi's board 1.8 kilohm resistors pull these two up as soon as it has power.
PULLED_UP = (2, 3)
# And its processor pulls these down until somebody says otherwise.
PULLED_DOWN = range(9, 28)
# The serial console's output is high from early in the boot if that console is switched on.
CONSOLE_OUTPUT = 14

_REMEDY = "take one of 9 to 13 or 16 to 27"


def pin_faults(devices: Mapping[int, GpioDevice]) -> Iterator[SchemaFinding]:
    """A finding for each pin that has a use already, and for each key that appears twice."""
    pins = [use for row, device in devices.items() for use in _pins(row, device)]
    yield from used_twice(pins, "give each part a pin of its own")
    keys = [use for row, device in devices.items() for use in _keys(row, device)]
    yield from used_twice(keys, "one key sits at one place; take one of them out")
    for row, device in devices.items():
        yield from _energised_from_the_start(row, device)
        yield from _held_against_their_pull(row, device)


def _energised_from_the_start(row: int, device: GpioDevice) -> Iterator[SchemaFinding]:
    for name, latch in device.latches.items():
        if latch.on is PinLevel.HIGH and (why := _why_high(latch.pin)):
            path = ("latches", name)
            text = f"{_user(device, path)}: pin {latch.pin} is {why}; {_REMEDY}"
            yield SchemaFinding(("devices", row, *path), text)


def pin_warnings(devices: Iterable[GpioDevice]) -> Iterator[str]:
    """What works, but moves a latch whenever the Pi gets power."""
    for device in devices:
        for name, latch in device.latches.items():
            if latch.on is PinLevel.LOW and latch.pin in PULLED_DOWN:
                yield (
                    f"device '{device.name}': latches.{name}: pin {latch.pin} is low from "
                    "power-on until boxd takes it, and low is on: the latch would open, and its "
                    "coil get hot, whenever the Pi starts. Take one of 4 to 8, or a driver that "
                    "is on at high"
                )


def _why_high(pin: int) -> str:
    if pin in PULLED_UP:
        return "held high by the Pi's own board, so the latch would open at every power-on"
    if pin == CONSOLE_OUTPUT:
        return "the serial console's output, which is high while the Pi starts: the coil would burn"
    return ""


def _held_against_their_pull(row: int, device: GpioDevice) -> Iterator[SchemaFinding]:
    for path, switch in _switches(device):
        if switch.pin in PULLED_UP and switch.pull is not Pull.UP:
            text = (
                f"{_user(device, path)}: pin {switch.pin} is held high by the Pi's own board, so"
                f" pull = '{switch.pull}' can't be had; leave pull out, or take another pin"
            )
            yield SchemaFinding(("devices", row, *path), text)


def _switches(device: GpioDevice) -> Iterator[tuple[KeyPath, GpioSwitch]]:
    for name, latch in device.latches.items():
        if latch.feedback is not None:
            yield ("latches", name, "feedback"), latch.feedback
    for name, door in device.doors.items():
        yield ("doors", name), door
    for key, switch in device.keys.items():
        yield ("keys", key), switch


def _pins(row: int, device: GpioDevice) -> Iterator[Use]:
    for name, latch in device.latches.items():
        yield _use(row, device, ("latches", name), latch.pin)
    for path, switch in _switches(device):
        yield _use(row, device, path, switch.pin)
    for lamp, output in device.lamps.items():
        yield _use(row, device, ("lamps", lamp), output.pin)
    if device.buzzer is not None:
        yield _use(row, device, ("buzzer",), device.buzzer.pin)
    if device.matrix is not None:
        yield from _matrix_pins(row, device, device.matrix)


def _matrix_pins(row: int, device: GpioDevice, matrix: GpioMatrix) -> Iterator[Use]:
    for side, pins in (("rows", matrix.rows), ("columns", matrix.columns)):
        for pin in pins:
            yield _use(row, device, ("matrix", side), pin)


def _keys(row: int, device: GpioDevice) -> Iterator[Use]:
    in_matrix = list(device.matrix.keys.values()) if device.matrix is not None else []
    for key in device.keys:
        yield _key_use(row, device, ("keys", key), key)
    for key in in_matrix:
        yield _key_use(row, device, ("matrix", "layout"), key)


def _use(row: int, device: GpioDevice, path: KeyPath, pin: int) -> Use:
    return Use(("devices", row, *path), _user(device, path), f"pin {pin}")


def _key_use(row: int, device: GpioDevice, path: KeyPath, key: str) -> Use:
    return Use(("devices", row, *path), _user(device, path), f"key {key} of '{device.name}'")


def _user(device: GpioDevice, path: KeyPath) -> str:
    return f"device '{device.name}': {'.'.join(map(str, path))}"
