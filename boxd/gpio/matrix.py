"""What a matrix keypad's contacts prove: which keys are touched, and which are uncertain.

A matrix without diodes has ghosts: three touched corners of a rectangle close the fourth as well.
Such a reading proves only that several keys are touched, so it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from boxd.debounce import Contact, after_look
from boxd.devices import Key, KeyTouch

Cell = tuple[int, int]
"""A place in the matrix: its row and column, both counted from 0."""


@dataclass(frozen=True)
class Reading:
    """One scan: the cells that are certainly closed, and those that are uncertain."""

    closed: frozenset[Cell]
    doubtful: frozenset[Cell] = frozenset()


def read(columns_by_row: Sequence[Collection[int]]) -> Reading:
    """Evaluate a scan that found these columns closed while each row was driven.

    Closed contacts join rows and columns into one piece of wire. Within a piece of two or more
    rows and two or more columns every contact reads as closed, touched or not.
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
    """The keys of a matrix over many scans, debounced; `on_touch` gets what counts.

    Until `rest` was called once, a key that is held was not touched: its first settled state is
    only its initial state.
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
        """No contact is closed: keys that were not touched before are untouched now."""
        for cell in self._keys:
            self._contacts.setdefault(cell, Contact(level=False, since=at, settled=False))

    def forget(self) -> None:
        """Forget everything; keys that were held get no release."""
        self._contacts.clear()

    def take(self, reading: Reading, at: float) -> bool:
        """Take a scan that ended at the time `at`; returns whether any contact moved.

        Keys that count at the same scan are told in the order in which their contacts moved.
        """
        moved = False
        counted: list[KeyTouch] = []
        for cell, key in self._keys.items():
            before = self._contacts.get(cell)
            after = self._contacts[cell] = self._after(before, cell, reading, at)
            moved |= before is None or before.level != after.level
            if before is not None and _counts(before, after):
                counted.append(KeyTouch(key, bool(after.settled), after.settled_at))
        for touch in sorted(counted, key=lambda each: each.at):
            self._on_touch(touch)
        return moved

    def _after(self, before: Contact | None, cell: Cell, reading: Reading, at: float) -> Contact:
        closed = cell in reading.closed
        if before is None:
            return Contact(level=closed, since=at)
        if cell in reading.doubtful:
            # Changes that had begun are dropped; settled states stay.
            level = before.level if before.settled is None else before.settled
            return replace(before, level=level, since=at)
        return after_look(before, closed, at, self._debounce_s)


def _counts(before: Contact, after: Contact) -> bool:
    """Whether a key was touched or released; its initial state counts as neither."""
    return before.settled is not None and before.settled != after.settled
