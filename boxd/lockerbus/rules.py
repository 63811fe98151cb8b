"""Rules on locker boards: one meaning for each address and lock, one language on each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from boxd.config.duplicates import Use, used_twice
from boxd.config.schema_texts import SchemaFinding
from boxd.lockerbus.sections import BoardProtocol, LockerBoardDevice

LOCKS_8A = 24
"""What a status reply of this family has room for."""


def locker_board_faults(devices: Mapping[int, LockerBoardDevice]) -> Iterator[SchemaFinding]:
    """A finding for each address, lock and line that can't be as it is written."""
    boards = [
        Use(
            ("devices", row, "board"),
            f"device '{device.name}'",
            f"board number {device.board} at '{device.port}'",
        )
        for row, device in devices.items()
    ]
    yield from used_twice(boards, "give each board on a bus an address of its own, by its switches")
    yield from _languages(devices)
    for row, device in devices.items():
        yield from _twice(row, device, "latches", device.latches)
        yield from _twice(row, device, "doors", device.doors)
        yield from _too_high(row, device)


def _languages(devices: Mapping[int, LockerBoardDevice]) -> Iterator[SchemaFinding]:
    first: dict[str, LockerBoardDevice] = {}
    for row, device in devices.items():
        other = first.setdefault(device.port, device)
        if (device.protocol, device.speed) != (other.protocol, other.speed):
            text = (
                f"device '{device.name}': protocol = '{device.protocol}' at {device.speed} baud,"
                f" but '{other.name}' on the same port speaks '{other.protocol}' at {other.speed};"
                " give it an adapter of its own, or write the same"
            )
            yield SchemaFinding(("devices", row, "protocol"), text)


def _twice(
    row: int, device: LockerBoardDevice, table: str, locks: Mapping[str, int]
) -> Iterator[SchemaFinding]:
    uses = [
        Use(
            ("devices", row, table, name), f"device '{device.name}': {table}.{name}", f"lock {lock}"
        )
        for name, lock in locks.items()
    ]
    yield from used_twice(uses, "give each a lock of its own")


def _too_high(row: int, device: LockerBoardDevice) -> Iterator[SchemaFinding]:
    if device.protocol is not BoardProtocol.HEADER_8A:
        return
    if device.board == 0:
        text = f"device '{device.name}': board = 0 can't be; boards of this family count from 1"
        yield SchemaFinding(("devices", row, "board"), text)
    for table, locks in (("latches", device.latches), ("doors", device.doors)):
        for name, lock in locks.items():
            if lock > LOCKS_8A:
                text = (
                    f"device '{device.name}': {table}.{name} = {lock} can't be; boards of this"
                    f" family have {LOCKS_8A} locks at most"
                )
                yield SchemaFinding(("devices", row, table, name), text)
