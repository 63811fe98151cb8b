"""Latch pulses, as the trace shows them."""

from __future__ import annotations

from dataclasses import dataclass

from checker.board import is_board, is_unlock, messages
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
    return [
        line
        for line in trace.of("bytes")
        if is_board(line.device)
        for message in messages(bytes.fromhex(line.fields["bytes"]))
        if is_unlock(message)
    ]
