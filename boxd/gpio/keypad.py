"""A matrix keypad on pins: rows driven low one at a time, columns read against their pull-ups.

While nothing is touched every row is driven, and waiting for the columns' edges costs nothing.
From the first edge on it is scanned, one row per step, until every key has settled as untouched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from boxd.devices import KeyTouch
from boxd.gpio.factory import PIN_ERRORS
from boxd.gpio.matrix import MatrixKeys, read
from boxd.gpio.parts import OnTrouble
from boxd.gpio.sections import GpioMatrix, Pull
from boxd.gpio.wires import InputWire, RowWire

_ROW_S = 0.001
"""From driving a row to reading the columns: the pull-ups need microseconds.

Four rows and the loop's delays make about 5 ms per scan.
"""

_LAZY_ROW_S = 0.010
"""The same after a long time without a change, so that a stuck key does not cost a processor."""

_LAZY_AFTER_S = 2.0


class PinMatrix:
    """The keypad's wires. `on_touch` gets each touch and release that counts."""

    def __init__(
        self, matrix: GpioMatrix, on_touch: Callable[[KeyTouch], None], on_trouble: OnTrouble
    ) -> None:
        self._matrix = matrix
        self._on_trouble = on_trouble
        self._keys = MatrixKeys(matrix.keys, matrix.debounce_ms / 1000, on_touch)
        self._rows: list[RowWire] = []
        self._columns: list[InputWire] = []
        self._seen: list[frozenset[int]] = []
        self._step: asyncio.TimerHandle | None = None
        self._moved_at = 0.0

    @property
    def is_scanning(self) -> bool:
        """Whether a key is, or seems, touched."""
        return self._step is not None

    def attach(self, factory: Any) -> None:
        """Take the pins and wait for a touch."""
        for pin in self._matrix.columns:
            self._columns.append(InputWire(factory, pin, Pull.UP))
        for pin in self._matrix.rows:
            self._rows.append(RowWire(factory, pin))
        self._wait_for_touch()

    def look(self) -> None:
        """Check whether the edge of a touch was missed."""
        if not self._columns or self.is_scanning:
            return
        if self._closed_columns():
            self._begin_scan()
        else:
            self._keys.rest(asyncio.get_running_loop().time())

    def detach(self) -> None:
        """Release the pins; keys that are held get no release."""
        if self._step is not None:
            self._step.cancel()
            self._step = None
        for row in self._rows:
            row.close()
        for column in self._columns:
            column.close()
        self._rows.clear()
        self._columns.clear()
        self._keys.forget()

    def _wait_for_touch(self) -> None:
        for row in self._rows:
            row.drive()
        for column in self._columns:
            column.watch(self._hear)
        self.look()  # a contact that closed before the edges were watched

    def _hear(self, level: bool, _at: float) -> None:
        if not level and not self.is_scanning:
            self._guarded(self._begin_scan)

    def _begin_scan(self) -> None:
        for column in self._columns:
            column.ignore()
        for row in self._rows:
            row.release()
        self._moved_at = asyncio.get_running_loop().time()
        self._drive_next()

    def _drive_next(self) -> None:
        loop = asyncio.get_running_loop()
        is_lazy = loop.time() - self._moved_at > _LAZY_AFTER_S
        self._rows[len(self._seen)].drive()
        self._step = loop.call_later(
            _LAZY_ROW_S if is_lazy else _ROW_S, self._guarded, self._read_row
        )

    def _read_row(self) -> None:
        self._seen.append(self._closed_columns())
        self._rows[len(self._seen) - 1].release()
        if len(self._seen) < len(self._rows):
            self._drive_next()
            return
        reading = read(self._seen)
        self._seen.clear()
        now = asyncio.get_running_loop().time()
        if self._keys.take(reading, now):
            self._moved_at = now
        if self._keys.are_at_rest:
            self._step = None
            self._wait_for_touch()
        else:
            self._drive_next()

    def _closed_columns(self) -> frozenset[int]:
        return frozenset(
            number for number, column in enumerate(self._columns) if not column.is_high
        )

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except PIN_ERRORS as error:
            self._on_trouble(error)
