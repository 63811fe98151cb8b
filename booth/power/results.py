"""The rounds that were played, a line each, so that a campaign can be taken up where it ended."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One cut: what was aimed at, what was hit, and what came of it."""

    seed: int
    number: int
    kind: str
    step: str
    part: float
    where: str
    lost_bytes: int
    ready_s: float
    acknowledged: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """The line that is shown when the round is over."""
        verdict = "nothing found" if not self.faults else f"FOUND: {'; '.join(self.faults)}"
        return (
            f"cut {self.number:3} in a {self.kind:13} {self.where}; ready after"
            f" {self.ready_s:.0f} s, {self.acknowledged} promises; {verdict}"
        )


def append(file: Path, result: Result) -> None:
    """Add a line; several processes may."""
    line = json.dumps(asdict(result)).encode() + b"\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def read(file: Path) -> list[Result]:
    """All results, in the order of their numbers."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    results = [Result(**line | {"faults": tuple(line["faults"])}) for line in lines]
    return sorted(results, key=lambda result: result.number)
