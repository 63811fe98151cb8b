"""Rules on chips on an I2C bus: each address, electrode and pin has one use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from boxd.config.duplicates import Use, used_twice
from boxd.config.schema_texts import SchemaFinding
from boxd.config.toml_positions import KeyPath
from boxd.i2c.mcp23017 import OUTPUT_ONLY
from boxd.i2c.sections import ChipSection, PinExpander, TouchSensor


def chip_faults(devices: Mapping[int, ChipSection]) -> Iterator[SchemaFinding]:
    """A finding for each address, electrode and pin that can't be as it is written."""
    addresses = [
        Use(
            ("devices", row, "address"),
            f"device '{device.name}'",
            f"address {device.address:#04x} on '{device.port}'",
        )
        for row, device in devices.items()
    ]
    yield from used_twice(addresses, "give each chip an address of its own, by its jumpers")
    for row, device in devices.items():
        if isinstance(device, TouchSensor):
            yield from _of_sensor(row, device)
        else:
            yield from _of_expander(row, device)


def _of_sensor(row: int, device: TouchSensor) -> Iterator[SchemaFinding]:
    user = f"device '{device.name}'"
    uses = [
        Use(("devices", row, "keys", key), f"{user}: keys.{key}", f"electrode {electrode}")
        for key, electrode in device.keys.items()
    ]
    yield from used_twice(uses, "give each key an electrode of its own")
    if device.release >= device.touch:
        text = (
            f"{user}: release = {device.release} can't be; a pad that counts as"
            f" touched at {device.touch} is let go below that: write less than {device.touch}"
        )
        yield SchemaFinding(("devices", row, "release"), text)


def _of_expander(row: int, device: PinExpander) -> Iterator[SchemaFinding]:
    inputs = [
        (("devices", row, table, name), switch.pin)
        for table, switches in (("keys", device.keys), ("doors", device.doors))
        for name, switch in switches.items()
    ]
    lamps = [(("devices", row, "lamps", name), lamp.pin) for name, lamp in device.lamps.items()]
    uses = [Use(path, _user(device, path), f"pin {pin}") for path, pin in (*inputs, *lamps)]
    yield from used_twice(uses, "give each part a pin of its own")
    for path, pin in inputs:
        if pin in OUTPUT_ONLY:
            text = (
                f"{_user(device, path)}: pin {pin} can only be an output, as the chip's sheet says"
                " since 2022: take another pin, and give this one to a lamp"
            )
            yield SchemaFinding(path, text)


def _user(device: PinExpander, path: KeyPath) -> str:
    return f"device '{device.name}': {'.'.join(map(str, path[2:]))}"
