"""Watching a locker's door: whether it opened as ordered, by itself, or is open for too long."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Protocol

from boxd.devices import Door, DoorState
from boxd.ledger import alarms, redemption_standings
from boxd.ledger.ledger import Ledger, Transaction
from boxd.redemption import Stage
from boxd.words import N_

# An order explains one opening of its door within this time: somebody may have to pull at a door
# that an override has unlatched.
_EXPLAINED_FOR_S = 60.0


class _Record(Protocol):
    def __call__(self, tx: Transaction, /, *, locker: int) -> None:
        """Raise or clear the alarms of a locker."""


class DoorWatch:
    """One locker's door switch, and the alarms that follow from its movements."""

    def __init__(self, locker: int, door: Door, ledger: Ledger, left_open_s: float) -> None:
        self._locker = locker
        self._door = door
        self._ledger = ledger
        self._left_open_s = left_open_s
        self._before = DoorState.UNKNOWN
        self._has_opened = asyncio.Event()
        self._explained_until = float("-inf")
        self._too_long: asyncio.TimerHandle | None = None
        self._noting: set[asyncio.Task[None]] = set()
        door.subscribe(self._changed)

    @property
    def state(self) -> DoorState:
        """The state of the switch."""
        return self._door.state

    def expect_opening(self) -> None:
        """Called before an order is sent to the latch."""
        self._has_opened.clear()
        self._explained_until = time.monotonic() + _EXPLAINED_FOR_S

    async def opens(self, within_s: float) -> bool:
        """Whether the door is open, or opens within this time since the last order."""
        if self.state is DoorState.OPEN:
            return True
        try:
            await asyncio.wait_for(self._has_opened.wait(), within_s)
        except TimeoutError:
            return False
        return True

    async def finish(self) -> None:
        """Stop waiting, and finish recording what is running."""
        if self._too_long is not None:
            self._too_long.cancel()
        await asyncio.gather(*self._noting, return_exceptions=True)

    def _changed(self, state: DoorState) -> None:
        before, self._before = self._before, state
        if self._too_long is not None:
            self._too_long.cancel()
        if state is DoorState.OPEN:
            self._opened(before)
        elif state is DoorState.CLOSED:
            self._note(_note_shut)

    def _opened(self, before: DoorState) -> None:
        is_explained = time.monotonic() < self._explained_until
        self._explained_until = float("-inf")
        self._has_opened.set()
        loop = asyncio.get_running_loop()
        self._too_long = loop.call_later(self._left_open_s, partial(self._note, note_left_open))
        if before is DoorState.CLOSED and not is_explained:
            self._note(_note_opened_by_itself)

    def _note(self, record: _Record) -> None:
        task = asyncio.create_task(self._ledger.write(partial(record, locker=self._locker)))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)


def _note_shut(tx: Transaction, locker: int) -> None:
    alarms.clear(tx, "door_left_open", f"locker {locker}")
    alarms.clear(tx, "door_opened_by_itself", f"locker {locker}")


def note_left_open(tx: Transaction, locker: int) -> None:
    """Raise the alarm of a door that is open for too long, unless it is active."""
    text = N_("Locker {locker} is open. See that the prize is taken, look inside, then close it.")
    text = text.format(locker=locker)
    alarms.raise_alarm(tx, "door_left_open", f"locker {locker}", text)


def _note_opened_by_itself(tx: Transaction, locker: int) -> None:
    may_open = {Stage.OPEN, Stage.ASK, Stage.JAM, Stage.TAKE}
    standings = redemption_standings.open_ones(tx.connection)
    if not any(each.locker == locker and each.stage in may_open for each in standings):
        text = N_("Locker {locker} is open, but nothing opened it. Look inside, then close it.")
        text = text.format(locker=locker)
        alarms.raise_alarm(tx, "door_opened_by_itself", f"locker {locker}", text)
