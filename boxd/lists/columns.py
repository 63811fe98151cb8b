"""The columns of a list that people import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Columns:
    """The columns that a file must have, and those that it may have; `rare` ones are known, too."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All known columns."""
        return (*self.required, *self.optional, *self.rare)

    @property
    def as_header(self) -> str:
        """The first line of a file with the usual columns."""
        return ",".join((*self.required, *self.optional))
