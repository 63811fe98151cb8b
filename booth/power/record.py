"""What was seen of a card's box from outside, kept where no power cut reaches it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 0.003
LATCH_ROSE = "latch rose"


@dataclass(frozen=True)
class Seen:
    """Something that happened, and when on this machine's monotonic clock."""

    at: float
    what: str


def durations(moments: Sequence[Seen]) -> dict[str, float]:
    """How long each step took that came to its end: until the next one began."""
    steps = [moment for moment in moments if moment.what != LATCH_ROSE]
    return {begun.what: ended.at - begun.at for begun, ended in pairwise(steps)}


class Record:
    """One card's acknowledgements and trace, for the checker, and the present round's moments."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.acknowledged = folder / "acknowledged.jsonl"
        self.trace = folder / "trace.jsonl"
        for file in (self.acknowledged, self.trace):
            file.write_bytes(b"")
        self.moments: list[Seen] = []
        self.has_power = True
        self.on_moment: Callable[[str], None] = lambda _what: None

    def moment(self, what: str) -> None:
        """Something begins now; after the cut nothing does."""
        if not self.has_power:
            return
        self.moments.append(Seen(time.monotonic(), what))
        self.on_moment(what)

    def latch_rose(self) -> None:
        """A latch was energised, which is known a moment later, and so perhaps after the cut."""
        self.moments.append(Seen(time.monotonic(), LATCH_ROSE))
        self.on_moment(LATCH_ROSE)

    def acknowledge(self, **what: Any) -> None:
        """The box has told somebody this: it must be true for ever."""
        with self.acknowledged.open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")

    def follow(self, trace: Path) -> Follower:
        """Take over what is appended to the box's own trace from now on."""
        return Follower(trace, self)


class Follower:
    """Copies the hardware's trace while the box runs, and the rest of it once its power is cut.

    The trace lies on the card and will lose its end like all else there; but until the dead file
    system is let go of, this machine still has in memory what was written.
    """

    def __init__(self, trace: Path, record: Record) -> None:
        self._trace = trace
        self._record = record
        self._read_to = trace.stat().st_size if trace.exists() else 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Take over the last lines."""
        self._is_over.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._is_over.wait(LOOK_EVERY_S):
            self._take_over()
        self._take_over()

    def _take_over(self) -> None:
        try:
            with self._trace.open("rb") as file:
                file.seek(self._read_to)
                new = file.read()
        except FileNotFoundError:
            return
        whole = new[: new.rfind(b"\n") + 1]
        if not whole:
            return
        self._read_to += len(whole)
        with self._record.trace.open("ab") as copy:
            copy.write(whole)
        for line in map(json.loads, whole.splitlines()):
            if line["what"] == "latch" and line["level"] == 1:
                self._record.latch_rose()
