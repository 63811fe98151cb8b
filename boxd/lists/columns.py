"""The columns of a list that people import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Columns:
    """The columns that a file must have, and those that it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All known columns."""
        return (*self.required, *self.optional)

    @property
    def as_header(self) -> str:
        """The first line of a file with all columns."""
        return ",".join(self.all)
