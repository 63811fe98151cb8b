"""What was seen at the booth, from the trace that its devices write as it happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from booth.guest.layout import BOARDS, LATCHES
from booth.signs import Change, Sign, sign


@dataclass(frozen=True)
class Line:
    """One line: its time on the guest's clock, what happened to which device."""

    t: float
    what: str
    device: str
    fields: Mapping[str, Any]


class Seen:
    """Follows the trace. Places in it are numbers of lines; its time is the guest's."""

    def __init__(self, trace: Path) -> None:
        self._file = trace.open("rb")
        self._begun = b""
        self._lines: list[Line] = []
        self._changes: dict[str, list[Change]] = {}
        self._since = 0  # where the trace was when the power came

    def close(self) -> None:
        """Look no more."""
        self._file.close()

    def forget(self) -> None:
        """The power was cut: what was lit is dark, and nothing that was seen holds any more."""
        self._read()
        self._changes.clear()
        self._since = len(self._lines)

    @property
    def place(self) -> int:
        """Where the trace ends now."""
        self._read()
        return len(self._lines)

    @property
    def now(self) -> float:
        """The time in the guest, to half a second."""
        self._read()
        return self._lines[-1].t if self._lines else 0.0

    def sign(self, board: str) -> Sign:
        """What the lamps of a board say now."""
        now = self.now
        return sign(self._changes.get(_product(board), []), now)

    def has_lit(self, board: str, lamp: str, since: int) -> bool:
        """Whether a lamp of a board was lit after a place."""
        return self._happened(since, "lamp", _product(board), lamp=lamp, lit=True)

    def has_pulsed(self, locker: int, since: int) -> bool:
        """Whether a locker's latch was energised after a place."""
        return self._happened(since, "latch", LATCHES[locker], level=1)

    def has_opened(self, locker: int, since: int) -> bool:
        """Whether a door moved away after a place."""
        return self._happened(since, "door", LATCHES[locker], state="open")

    def pulses(self, locker: int) -> int:
        """How often a locker's latch was energised, ever."""
        self._read()
        return sum(_is(each, "latch", LATCHES[locker], {"level": 1}) for each in self._lines)

    def lit_at(self, board: str, lamp: str) -> float | None:
        """When a lamp of a board was lit first, on the guest's clock since its last start."""
        self._read()
        lit = {"lamp": lamp, "lit": True}
        times = [
            each.t for each in self._lines[self._since :] if _is(each, "lamp", _product(board), lit)
        ]
        return times[0] if times else None

    def _happened(self, since: int, what: str, device: str, **fields: Any) -> bool:
        self._read()
        return any(_is(each, what, device, fields) for each in self._lines[since:])

    def _read(self) -> None:
        *lines, self._begun = (self._begun + self._file.read()).split(b"\n")
        for text in lines:
            fields = json.loads(text)
            t, what, device = (fields.pop(name) for name in ("t", "what", "device"))
            self._take(Line(t, what, device, fields))

    def _take(self, line: Line) -> None:
        self._lines.append(line)
        if line.what == "lamp":
            change = Change(line.t, str(line.fields["lamp"]), bool(line.fields["lit"]))
            changes = self._changes.setdefault(line.device, [])
            # Saying again what is so already is no change.
            if change.lit != next((c.lit for c in reversed(changes) if c.lamp == change.lamp), 0):
                changes.append(change)
        elif line.what in ("power", "unplugged"):
            self._changes[line.device] = []


def _product(board: str) -> str:
    return f"CodeTV Board {BOARDS[board]}"


def _is(line: Line, what: str, device: str, fields: Mapping[str, Any]) -> bool:
    if (line.what, line.device) != (what, device):
        return False
    return all(line.fields.get(name) == value for name, value in fields.items())
