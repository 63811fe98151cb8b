"""Notes about databases that were set aside: left with the move, until the daemon has read them.

The server may be repaired while no daemon runs, or the power may fail before people know.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MARK = "unreported."


@dataclass(frozen=True)
class SetAside:
    """A database that was set aside: where it is kept, and why."""

    path: Path
    why: str


def leave_note(kept: SetAside) -> None:
    """Write a note beside it, durably."""
    with _note_of(kept.path).open("w", encoding="utf-8") as file:
        file.write(kept.why)
        file.flush()
        os.fsync(file.fileno())


def unreported(directory: Path) -> Sequence[SetAside]:
    """Notes that nobody has been told about, oldest first."""
    return [
        SetAside(note.with_name(note.name.removeprefix(_MARK)), note.read_text(encoding="utf-8"))
        for note in sorted(directory.glob(f"{_MARK}*"))
    ]


def forget_note(kept: SetAside) -> None:
    """Remove the note: it is recorded elsewhere now."""
    _note_of(kept.path).unlink(missing_ok=True)


def _note_of(path: Path) -> Path:
    return path.with_name(_MARK + path.name)
