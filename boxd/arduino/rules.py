"""Rules on Arduinos: each board and each of its parts is used once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from boxd.arduino.sections import ArduinoDevice
from boxd.config.duplicates import Use, used_twice
from boxd.config.schema_texts import SchemaFinding


def arduino_faults(devices: Mapping[int, ArduinoDevice]) -> Iterator[SchemaFinding]:
    """A finding for each number of a board, latch, door or lamp that is taken already."""
    for row, device in devices.items():
        yield from _parts_faults(row, device)
    boards = [
        Use(("devices", row, "board"), f"device '{device.name}'", f"board number {device.board}")
        for row, device in devices.items()
    ]
    yield from used_twice(boards, "give each Arduino its own, with 'boxd devices flash --board N'")


def _parts_faults(row: int, device: ArduinoDevice) -> Iterator[SchemaFinding]:
    latches = {name: latch.number for name, latch in device.latches.items()}
    doors = {name: door.number for name, door in device.doors.items()}
    yield from _twice(row, device, "latches", "latch", latches)
    yield from _twice(row, device, "doors", "door", doors)
    yield from _twice(
        row, device, "lamps", "lamp", {str(lamp): number for lamp, number in device.lamps.items()}
    )


def _twice(
    row: int, device: ArduinoDevice, table: str, what: str, numbers: Mapping[str, int]
) -> Iterator[SchemaFinding]:
    uses = [
        Use(
            ("devices", row, table, name),
            f"device '{device.name}': {table}.{name}",
            f"{what} {number} of the board",
        )
        for name, number in numbers.items()
    ]
    yield from used_twice(uses, "give each a number of its own")
