"""What a matrix keypad's contacts say: which keys are surely touched, and which can't be told.

A matrix without diodes ghosts: three touched corners of a rectangle close the fourth as well. All
that such a reading proves is that somebody touches several keys, so it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from boxd.devices import Key, KeyTouch
from boxd.gpio.debounce import Contact, after_look

Cell = tuple[int, int]
"""A place in the matrix: its row and column, both from 0."""


@dataclass(frozen=True)
class Reading:
    """One scan: the cells that are closed for certain, and those that can't be told."""

    closed: frozenset[Cell]
    doubtful: frozenset[Cell] = frozenset()


def read(columns_by_row: Sequence[Collection[int]]) -> Reading:
    """What a scan says that found these columns closed while each row was driven.

    Rows and columns that closed contacts join are one piece of wire. Within such a piece of two
    or more rows and two or more columns any contact reads as closed, touched or not.
    """
    closed = frozenset(
        (row, column) for row, columns in enumerate(columns_by_row) for column in columns
    )
    doubtful: set[Cell] = set()
    for rows, columns in _joined(closed):
        if len(rows) > 1 and len(columns) > 1:
            doubtful.update((row, column) for row in rows for column in columns)
    return Reading(closed - doubtful, frozenset(doubtful))


def _joined(closed: Iterable[Cell]) -> list[tuple[set[int], set[int]]]:
    pieces: list[tuple[set[int], set[int]]] = []
    for row, column in closed:
        rows, columns = {row}, {column}
        apart = []
        for piece in pieces:
            if row in piece[0] or column in piece[1]:
                rows |= piece[0]
                columns |= piece[1]
            else:
                apart.append(piece)
        pieces = [*apart, (rows, columns)]
    return pieces


class MatrixKeys:
    """The keys of a matrix over many scans, debounced; `on_touch` is told what counts.

    Until `rest` was called once, a key that is held is none that was touched: its first settled
    state is taken as where it stands.
    """

    def __init__(
        self,
        keys: Mapping[Cell, Key],
        debounce_s: float,
        on_touch: Callable[[KeyTouch], None],
    ) -> None:
        self._keys = keys
        self._debounce_s = debounce_s
        self._on_touch = on_touch
        self._contacts: dict[Cell, Contact] = {}

    @property
    def are_at_rest(self) -> bool:
        """Whether every key has settled as untouched."""
        return bool(self._contacts) and all(
            contact.is_settled and not contact.level for contact in self._contacts.values()
        )

    def rest(self, at: float) -> None:
        """No contact is closed: what was not touched before is untouched now."""
        for cell in self._keys:
            self._contacts.setdefault(cell, Contact(level=False, since=at, settled=False))

    def forget(self) -> None:
        """Know nothing any longer; no release is made up for keys that were held."""
        self._contacts.clear()

    def take(self, reading: Reading, at: float) -> bool:
        """Take a scan that ended at the time `at`; returns whether any contact moved."""
        moved = False
        for cell, key in self._keys.items():
            before = self._contacts.get(cell)
            after = self._contacts[cell] = self._after(before, cell, reading, at)
            moved |= before is None or before.level != after.level
            if before is not None and _counts(before, after):
                self._on_touch(KeyTouch(key, bool(after.settled), after.settled_at))
        return moved

    def _after(self, before: Contact | None, cell: Cell, reading: Reading, at: float) -> Contact:
        closed = cell in reading.closed
        if before is None:
            return Contact(level=closed, since=at)
        if cell in reading.doubtful:
            # Whatever had begun is broken off; what had settled stays.
            level = before.level if before.settled is None else before.settled
            return replace(before, level=level, since=at)
        return after_look(before, closed, at, self._debounce_s)


def _counts(before: Contact, after: Contact) -> bool:
    """Whether a key was touched or released: where it stood in the beginning is neither."""
    return before.settled is not None and before.settled != after.settled
