"""Opening lockers: intent committed, one pulse, outcome committed; and watching the doors.

This is the only place from which a latch is ever moved.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from boxd.devices import DeviceState, Door, DoorState, Latch
from boxd.errors import DeliveryUnknown, DeviceUnreachable, NotFound
from boxd.ledger import actuations, alarms, redemptions
from boxd.ledger.actuations import Order, Outcome
from boxd.ledger.ledger import Ledger, Transaction
from boxd.redemption import Stage, Standing

# An order explains one opening of its door, if that comes within this time: somebody may have to
# pull at a door that an override has unlatched.
_EXPLAINED_FOR_S = 60.0


@dataclass
class LockerParts:
    """One locker's latch and, where fitted, its door switch. `latch_state` is its device's."""

    id: int
    bay: str
    latch: Latch
    latch_state: Callable[[], DeviceState]
    door: Door | None
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    opening_explained_until: float = float("-inf")


@dataclass(frozen=True)
class Actuated:
    """What became of an order to a latch, with a note for people where there is one."""

    outcome: Outcome
    note: str = ""


class Opener:
    """Opens the box's lockers, each order once, and tells of doors that open by themselves."""

    def __init__(self, ledger: Ledger, lockers: Sequence[LockerParts], door_opens_s: float) -> None:
        self._ledger = ledger
        self._lockers = {locker.id: locker for locker in lockers}
        self._door_opens_s = door_opens_s
        self._under_way: dict[str, asyncio.Task[Standing]] = {}
        self._noting: set[asyncio.Task[None]] = set()
        for locker in lockers:
            if locker.door is not None:
                self._watch(locker, locker.door)

    def usable_lockers(self, bay: str) -> list[int]:
        """The lockers of a bay whose latch can be reached and whose door is not open."""
        return [
            locker.id
            for locker in self._lockers.values()
            if locker.bay == bay
            and locker.latch_state() is DeviceState.READY
            and self.door_state(locker.id) is not DoorState.OPEN
        ]

    def door_state(self, locker: int | None) -> DoorState | None:
        """What the locker's switch says; None where it has none."""
        parts = self._lockers.get(locker) if locker is not None else None
        return parts.door.state if parts is not None and parts.door is not None else None

    async def open_for(self, standing: Standing) -> Standing:
        """Open the locker of a redemption for its present attempt, once, and settle the stage.

        A second call while the first is under way waits for it.
        """
        order = f"{standing.redemption}/{standing.attempt}"
        task = self._under_way.get(order)
        if task is None:
            task = asyncio.create_task(self._open_once(standing, order))
            self._under_way[order] = task
            task.add_done_callback(lambda _: self._under_way.pop(order, None))
        return await asyncio.shield(task)

    async def override(self, locker: int, order: str, actor: str, reason: str) -> Actuated:
        """Open a locker because a named person says so; recorded like every actuation."""
        parts = self._parts(locker)
        return await self._actuate(
            parts, Order(order, locker, parts.latch.address, actor, f"override: {reason}")
        )

    async def finish(self) -> None:
        """Wait until everything under way is recorded."""
        await asyncio.gather(*self._under_way.values(), *self._noting, return_exceptions=True)

    async def _open_once(self, standing: Standing, order_id: str) -> Standing:
        now = await self._ledger.read(lambda c: redemptions.find(c, standing.redemption))
        present = redemptions.refuse_unclaimed(now, standing.redemption)
        if present.stage is not Stage.OPEN or present.attempt != standing.attempt:
            return present
        parts = self._parts(present.locker)
        order = Order(
            *(order_id, parts.id, parts.latch.address, "operator"),
            f"redemption, attempt {present.attempt}",
            present.redemption,
        )
        outcome = (await self._actuate(parts, order)).outcome
        stage = await self._stage_after(parts, outcome)
        return await self._ledger.write(
            lambda tx: redemptions.settle_opening(
                *(tx, present.redemption, present.attempt, stage, outcome is Outcome.UNKNOWN)
            )
        )

    async def _actuate(self, parts: LockerParts, order: Order) -> Actuated:
        """The one order in which a latch is moved: intent committed, pulse, outcome committed."""
        intended = await self._ledger.write(lambda tx: actuations.intend(tx, order))
        if intended.is_new:
            done = _pulse(parts)
        else:
            done = Actuated(intended.outcome or Outcome.UNKNOWN, "it was ordered before")
        await self._ledger.write(lambda tx: actuations.conclude(tx, order, done.outcome, done.note))
        return done

    async def _stage_after(self, parts: LockerParts, outcome: Outcome) -> Stage:
        if outcome is Outcome.FAILED:
            return Stage.JAM
        door = self.door_state(parts.id)
        if outcome is Outcome.UNKNOWN or door is None or door is DoorState.UNKNOWN:
            return Stage.ASK
        return Stage.TAKE if await self._opens(parts) else Stage.JAM

    async def _opens(self, parts: LockerParts) -> bool:
        if self.door_state(parts.id) is DoorState.OPEN:
            return True
        try:
            await asyncio.wait_for(parts.opened.wait(), self._door_opens_s)
        except TimeoutError:
            return False
        return True

    def _parts(self, locker: int | None) -> LockerParts:
        if locker is None or locker not in self._lockers:
            known = ", ".join(str(number) for number in self._lockers)
            raise NotFound(f"there is no locker {locker} in this box; there are: {known}")
        return self._lockers[locker]

    def _watch(self, locker: LockerParts, door: Door) -> None:
        def changed(state: DoorState) -> None:
            is_explained = time.monotonic() < locker.opening_explained_until
            if state is DoorState.OPEN:
                locker.opened.set()
                locker.opening_explained_until = float("-inf")
            if state is not DoorState.UNKNOWN:
                self._note(locker.id, state, is_explained)

        door.subscribe(changed)

    def _note(self, locker: int, state: DoorState, is_explained: bool) -> None:
        task = asyncio.create_task(
            self._ledger.write(lambda tx: _note_door(tx, locker, state, is_explained))
        )
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)


def _pulse(parts: LockerParts) -> Actuated:
    parts.opened.clear()
    parts.opening_explained_until = time.monotonic() + _EXPLAINED_FOR_S
    try:
        parts.latch.pulse()
    except DeviceUnreachable as error:
        return Actuated(Outcome.FAILED, str(error))
    except DeliveryUnknown as error:
        return Actuated(Outcome.UNKNOWN, str(error))
    return Actuated(Outcome.DONE)


def _note_door(tx: Transaction, locker: int, state: DoorState, is_explained: bool) -> None:
    """Raise or clear the alarms that a door's movement means."""
    subject = f"locker {locker}"
    if state is DoorState.CLOSED:
        alarms.clear(tx, "door_left_open", subject)
        alarms.clear(tx, "door_opened_by_itself", subject)
        return
    may_open = {Stage.OPEN, Stage.ASK, Stage.JAM, Stage.TAKE}
    expected = is_explained or any(
        standing.locker == locker and standing.stage in may_open
        for standing in redemptions.open_ones(tx.connection)
    )
    if not expected:
        text = f"Locker {locker} is open although nothing opened it: look inside, then shut it."
        alarms.raise_alarm(tx, "door_opened_by_itself", subject, text)
