"""What people and programs were told: JSON lines that tests write as they are told it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.trace import Fields, LineError, half_written, json_object, numbered_lines

# What each sort of acknowledgement must name.
NAMES = {
    "answer": ("redemption", "id", "kind"),
    "claimed": ("redemption",),
    "dispensed": ("redemption",),
    "code": ("id",),
    "verdict": ("bay", "lamp"),
    "scanned": ("id", "task"),
    "judged": ("id", "task"),
    "recovered": ("id", "recovery", "choice"),
}


@dataclass(frozen=True)
class Told:
    """One thing that was acknowledged, and its line."""

    number: int
    what: str
    fields: Fields

    def __str__(self) -> str:
        """The line as evidence shows it."""
        named = " ".join(f"{name} {self.fields[name]}" for name in NAMES[self.what])
        return f"acknowledged line {self.number}: {self.what} {named}"


@dataclass(frozen=True)
class Acknowledged:
    """All that was acknowledged; `damage` says why lines could not be used."""

    told: tuple[Told, ...] = ()
    damage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_given: bool = False


def read_acknowledged(path: Path) -> Acknowledged:
    """Read the file; raises EvidenceError when it can't be read."""
    told: list[Told] = []
    damage: list[str] = []
    notes: list[str] = []
    for number, text, is_whole in numbered_lines(path):
        try:
            told.append(_told(number, text))
        except LineError as error:
            if is_whole:
                damage.append(f"acknowledged line {number}: {error}")
            else:
                notes.append(half_written("acknowledged file", number))
    return Acknowledged(tuple(told), tuple(damage), tuple(notes), is_given=True)


def _told(number: int, text: bytes) -> Told:
    fields = json_object(text)
    what = fields.get("what")
    if not isinstance(what, str) or what not in NAMES:
        raise LineError(f"'what' must be one of {', '.join(sorted(NAMES))}")
    missing = [name for name in NAMES[what] if not isinstance(fields.get(name), str | int)]
    if missing:
        raise LineError(f"'{what}' must name {', '.join(missing)}")
    return Told(number, what, fields)
