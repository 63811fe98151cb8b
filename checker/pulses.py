"""Latch pulses, as the trace shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.board import is_board, is_restart, is_unlock, messages
from checker.trace import Line, Trace


@dataclass(frozen=True)
class Pulse:
    """One pulse: the line where the latch rose, and the one that ended it, if any."""

    rise: Line
    end: Line | None

    @property
    def device(self) -> str:
        """The device whose latch rose."""
        return self.rise.device


def pulses_of(trace: Trace) -> list[Pulse]:
    """All pulses in the order of their rise; a rise while energised is a pulse of its own."""
    open_rises: dict[str, list[Line]] = {}
    pulses: list[Pulse] = []
    for line in trace.lines:
        if line.what == "latch" and line.fields["level"] == 1:
            open_rises.setdefault(line.device, []).append(line)
        elif line.what in ("latch", "power"):
            pulses += [Pulse(rise, line) for rise in open_rises.pop(line.device, [])]
    pulses += [Pulse(rise, None) for rises in open_rises.values() for rise in rises]
    return sorted(pulses, key=lambda pulse: pulse.rise.number)


def unlock_orders(trace: Trace) -> list[Line]:
    """The lines of bytes that order a pulse; a line appears once for each order in it."""
    return _orders(trace, is_unlock)


def restart_orders(trace: Trace) -> list[Line]:
    """The same for restarts of the touch sensor, by which older boards pulse their latch."""
    return _orders(trace, is_restart)


def is_of_a_restart(pulse: Pulse, trace: Trace) -> bool:
    """Whether the last order before the latch rose was a restart."""

    def last(orders: list[Line]) -> int:
        before = (line.number for line in orders if line.device == pulse.device)
        return max((number for number in before if number < pulse.rise.number), default=0)

    return last(restart_orders(trace)) > last(unlock_orders(trace))


def _orders(trace: Trace, is_one: Callable[[bytes], bool]) -> list[Line]:
    return [
        line
        for line in trace.of("bytes")
        if is_board(line.device)
        for message in messages(bytes.fromhex(line.fields["bytes"]))
        if is_one(message)
    ]
