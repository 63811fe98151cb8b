"""The trace of what the hardware saw: JSON lines, as simulated hardware appends them."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from checker.invariants import EvidenceError

Fields = dict[str, Any]


class LineError(ValueError):
    """A line can't be used; the message says why."""


@dataclass(frozen=True)
class Line:
    """One line: its number in the file, its time in monotonic seconds, what happened to whom."""

    number: int
    t: float
    what: str
    device: str
    fields: Fields

    def __str__(self) -> str:
        """The line as evidence shows it."""
        return f"trace line {self.number} at {self.t:.3f}: {self.what} {self.device}"


@dataclass(frozen=True)
class Trace:
    """All usable lines; `damage` says of the others why, `notes` what was tolerated."""

    lines: tuple[Line, ...]
    damage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, what: str, device: str | None = None) -> list[Line]:
        """The lines of one sort, of one device or of all."""
        return [
            line
            for line in self.lines
            if line.what == what and (device is None or line.device == device)
        ]

    def after(self, line: Line) -> Iterator[Line]:
        """The lines that follow `line`."""
        first = bisect_right(self.lines, line.number, key=lambda each: each.number)
        return islice(self.lines, first, None)


def read_trace(path: Path) -> Trace:
    """Read a trace; raises EvidenceError when the file can't be read.

    A last line without its newline that is no JSON was cut by a crash: tolerated, and noted.
    """
    lines: list[Line] = []
    damage: list[str] = []
    for number, text, is_whole in numbered_lines(path):
        try:
            lines.append(_line(number, text))
        except LineError as error:
            if not is_whole:
                return Trace(tuple(lines), tuple(damage), (half_written("trace", number),))
            damage.append(f"trace line {number}: {error}")
    return Trace(tuple(lines), tuple(damage))


def half_written(file: str, number: int) -> str:
    """The note about a last line that a crash cut short."""
    return f"the last line of the {file} ({number}) is half written and was left out"


def numbered_lines(path: Path) -> list[tuple[int, bytes, bool]]:
    """A file's lines that hold anything: number, bytes, and whether it ends in a newline."""
    try:
        parts = path.read_bytes().split(b"\n")
    except OSError as error:
        raise EvidenceError(f"{path} can't be read: {error.strerror}") from error
    numbered = [(number, text, number < len(parts)) for number, text in enumerate(parts, 1)]
    return [line for line in numbered if line[1].strip()]


def json_object(text: bytes) -> Fields:
    """Parse one line; raises LineError unless it is a JSON object."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineError("not JSON") from error
    if not isinstance(parsed, dict):
        raise LineError("not a JSON object")
    return parsed


def _line(number: int, text: bytes) -> Line:
    fields = json_object(text)
    if why := _why_unusable(fields):
        raise LineError(why)
    return Line(number, float(fields["t"]), fields["what"], fields["device"], fields)


def _why_unusable(fields: Fields) -> str:
    t, what = fields.get("t"), fields.get("what")
    if not isinstance(t, int | float) or isinstance(t, bool) or not math.isfinite(t):
        return "'t' is not a time in seconds"
    if not isinstance(what, str) or not isinstance(fields.get("device"), str):
        return "'what' and 'device' must be texts"
    if what == "latch" and fields.get("level") not in (0, 1):
        return "'level' of a latch must be 0 or 1"
    if what == "bytes" and not _is_hex(fields.get("bytes")):
        return "'bytes' must be in hexadecimal"
    return ""


def _is_hex(value: Any) -> bool:
    try:
        bytes.fromhex(value)
    except (TypeError, ValueError):
        return False
    return True
