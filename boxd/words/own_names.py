"""What an event calls its prizes in other languages: texts that no catalogue can have.

The box keeps one of these up to date from its ledger. Where a text is translated, it is asked
before the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_NONE: Mapping[str, str] = {}


class OwnNames:
    """The names by language, and in each by the event's own name."""

    def __init__(self) -> None:
        self._names: Mapping[str, Mapping[str, str]] = {}

    def replace(self, names: Mapping[str, Mapping[str, str]]) -> None:
        """Use these from now on."""
        self._names = names

    def in_language(self, language: str) -> Mapping[str, str]:
        """The names in one language."""
        return self._names.get(language, _NONE)


_OF_THE_BOX: ContextVar[OwnNames | None] = ContextVar("own_names", default=None)


@contextmanager
def naming(names: OwnNames) -> Iterator[None]:
    """Ask these names in this context, and in the tasks that it starts, until the block ends."""
    before = _OF_THE_BOX.set(names)
    try:
        yield
    finally:
        _OF_THE_BOX.reset(before)


def own_names() -> OwnNames:
    """The names of this context's box; empty where no box runs."""
    return _OF_THE_BOX.get() or OwnNames()
