"""When the lines of GPIO chips were driven, told by the kernel itself, to the microsecond."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TRACING = Path("/sys/kernel/tracing")
_CHIPS = Path("/sys/class/gpio")
_LINE = re.compile(r"\s(\d+\.\d+): gpio_value: (\d+) set ([01])$", re.MULTILINE)
_READ_BYTES = 4096


@dataclass(frozen=True)
class Edge:
    """A line was driven to a level at a time in seconds on the monotonic clock."""

    at: float
    line: int
    level: bool


class Edges:
    """What the kernel traces, from this object's making on, of the chip of this label."""

    def __init__(self, label: str) -> None:
        self._base = _first_number(label)
        self._instance = _TRACING / "instances/booth"
        self._instance.mkdir(exist_ok=True)
        (self._instance / "trace_clock").write_text("mono")
        (self._instance / "trace").write_text("")
        (self._instance / "events/gpio/gpio_value/enable").write_text("1")

    def of(self, line: int) -> list[Edge]:
        """Every change of a line by its holder; setting what is already set is no change."""
        changes: list[Edge] = []
        for at, number, level in _LINE.findall((self._instance / "trace").read_text()):
            edge = Edge(float(at), int(number) - self._base, level == "1")
            if edge.line == line and (not changes or changes[-1].level != edge.level):
                changes.append(edge)
        return changes

    def open_pipe(self) -> int:
        """A file of edges as they come, to be given to `read_pipe` whenever it can be read."""
        return os.open(self._instance / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def read_pipe(self, pipe: int) -> Iterator[Edge]:
        """The edges that came; whole lines only are in that file."""
        for at, number, level in _LINE.findall(os.read(pipe, _READ_BYTES).decode()):
            yield Edge(float(at), int(number) - self._base, level == "1")

    def close(self) -> None:
        """Trace no more."""
        (self._instance / "events/gpio/gpio_value/enable").write_text("0")
        self._instance.rmdir()


def _first_number(label: str) -> int:
    for chip in _CHIPS.glob("gpiochip*"):
        if (chip / "label").read_text().strip() == label:
            return int((chip / "base").read_text())
    raise OSError(f"no GPIO chip is labelled {label}")
