"""Notes of databases that were set aside: written with the move, read by the daemon, then gone.

The server may be set right while no daemon runs, or the power may fail before anybody is told.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MARK = "untold."


@dataclass(frozen=True)
class SetAside:
    """A database that was not used: where it is kept, and why."""

    path: Path
    why: str


def leave_note(kept: SetAside) -> None:
    """Leave a note beside it, durably."""
    with _note_of(kept.path).open("w", encoding="utf-8") as file:
        file.write(kept.why)
        file.flush()
        os.fsync(file.fileno())


def untold(directory: Path) -> Sequence[SetAside]:
    """What nobody was told of yet, oldest first."""
    return [
        SetAside(note.with_name(note.name.removeprefix(_MARK)), note.read_text(encoding="utf-8"))
        for note in sorted(directory.glob(f"{_MARK}*"))
    ]


def was_told(kept: SetAside) -> None:
    """Forget the note: it is recorded elsewhere now."""
    _note_of(kept.path).unlink(missing_ok=True)


def _note_of(path: Path) -> Path:
    return path.with_name(_MARK + path.name)
