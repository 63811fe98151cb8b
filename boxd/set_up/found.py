"""What is plugged in on a box without a configuration, and the bays and lockers it is good for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from boxd.devices import UnconfiguredDevice
from boxd.hid.unconfigured import unconfigured_input, unconfigured_inputs
from boxd.unconfigured_serial import unconfigured_ports, unconfigured_serial

_SEQUENCER = Path("/proc/asound/seq/clients")
_BOARD = re.compile(r'"CodeTV Board ([0-3])"')


@dataclass(frozen=True)
class FoundDevices:
    """The numbers of the boards, and what else is there, which takes a maintainer to wire in."""

    boards: tuple[int, ...] = ()
    others: tuple[UnconfiguredDevice, ...] = ()


def find_devices(sequencer: Path = _SEQUENCER) -> FoundDevices:
    """Look at what the kernel knows. Takes milliseconds; a device that hangs is not touched."""
    try:
        clients = sequencer.read_text(encoding="utf-8", errors="replace")
    except OSError:  # no MIDI device since the start: the sequencer is not loaded
        clients = ""
    boards = sorted({int(each) for each in _BOARD.findall(clients)})
    others = (
        *map(unconfigured_serial, unconfigured_ports(())),
        *map(unconfigured_input, unconfigured_inputs(())),
    )
    return FoundDevices(tuple(boards), others)


@dataclass(frozen=True)
class BoardLayout:
    """Which board is what: the bays' keypads, the operator's, and each locker's bay and latch."""

    bays: tuple[int, ...]
    operator: int | None
    lockers: tuple[tuple[int, int], ...]
    """The number of a bay from 0, and of the board whose latch it is."""


def layout_of(boards: tuple[int, ...]) -> BoardLayout:
    """Two keypads at the front at most; the last of several boards is the operator's.

    Every board's latch is a locker's, and lockers go to the bays in turn, as in config/codetv.toml.
    """
    operator = boards[-1] if len(boards) > 1 else None
    bays = tuple(each for each in boards if each != operator)[:2]
    others = tuple(each for each in boards if each not in bays)
    lockers = (*enumerate(bays), *((at % len(bays), board) for at, board in enumerate(others)))
    return BoardLayout(bays, operator, tuple(sorted(lockers)))
