"""Opening lockers: intent committed, one pulse, outcome committed.

Latches are moved only here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from boxd.bays.doors import DoorWatch
from boxd.bays.latch_feedback import LatchFeedback
from boxd.devices import PULSE_LONGEST_MS, DeviceState, DoorState, Latch
from boxd.errors import DeliveryUnknown, DeviceUnreachable, NotFound
from boxd.ledger import actuations, redemptions
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.ledger.ledger import Ledger
from boxd.redemption import RedemptionStanding, Stage

# An order that can't be recorded is tried for this long. Later the person who confirmed may have
# gone, and a door must not open in front of nobody.
_LATEST_S = 10.0

# `pulse` returns before the pulse is over: after this time every latch is at rest again.
_PULSE_IS_OVER_S = PULSE_LONGEST_MS / 1000 + 0.1


@dataclass(frozen=True)
class LockerParts:
    """One locker's latch and, where fitted, its door. `latch_state` is that of the latch's device.

    `latch_feedback` is set if the latch has a contact of its own besides the door's.
    """

    id: int
    bay: str
    latch: Latch
    latch_state: Callable[[], DeviceState]
    door: DoorWatch | None
    latch_feedback: LatchFeedback | None = None


@dataclass(frozen=True)
class Actuated:
    """The outcome of an order to a latch, with a note for people if there is one."""

    outcome: Outcome
    note: str = ""


@dataclass
class _Attempt:
    """One attempt to open for a redemption: since when it is tried, and what tries it now."""

    first_tried: float
    task: asyncio.Task[RedemptionStanding]


class Opener:
    """Opens the box's lockers, each order once."""

    def __init__(self, ledger: Ledger, lockers: Sequence[LockerParts], door_opens_s: float) -> None:
        self._ledger = ledger
        self._lockers = {locker.id: locker for locker in lockers}
        self._door_opens_s = door_opens_s
        self._attempts: dict[str, _Attempt] = {}  # by the id of their order
        self._under_way: set[asyncio.Task[Any]] = set()
        self._at_rest_by = float("-inf")

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
        """The state of the locker's switch; None without one."""
        parts = self._lockers.get(locker) if locker is not None else None
        return parts.door.state if parts is not None and parts.door is not None else None

    def has_let_go(self, locker: int | None) -> bool:
        """Whether the locker's latch is known to have released, whatever its door says."""
        parts = self._lockers.get(locker) if locker is not None else None
        latch_feedback = parts.latch_feedback if parts is not None else None
        return latch_feedback is not None and latch_feedback.has_happened

    async def open_for(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Open the locker of a redemption for its present attempt, once, and settle the stage.

        A second call while the first is running waits for it.
        """
        return await asyncio.shield(self.begin(standing))

    def begin(self, standing: RedemptionStanding) -> asyncio.Task[RedemptionStanding]:
        """Begin to open the locker, unless that is running; the caller need not wait."""
        order = f"{standing.redemption}/{standing.attempt}"
        attempt = self._attempts.get(order)
        if attempt is not None and not attempt.task.done():
            return attempt.task
        first_tried = attempt.first_tried if attempt else time.monotonic()
        task = asyncio.create_task(self._open_once(standing, order, first_tried))
        self._attempts[order] = _Attempt(first_tried, task)
        self._keep(task)
        return task

    def _keep(self, task: asyncio.Task[Any]) -> None:
        """Let `finish` wait for this task."""
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def override(self, locker: int, order: str, actor: str, reason: str) -> Actuated:
        """Open a locker for a named person; recorded like every actuation."""
        parts = self._parts(locker)
        given = ActuationOrder(order, locker, parts.latch.address, actor, f"override: {reason}")
        task = asyncio.create_task(self._actuate(parts, given))
        self._keep(task)
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait until everything is recorded, and the last pulse is over.

        Releasing a device ends its pulse: a latch that was recorded as pulsed would not have
        moved.
        """
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.sleep(max(0.0, self._at_rest_by - time.monotonic()))
        for locker in self._lockers.values():
            if locker.door is not None:
                await locker.door.finish()

    async def _open_once(
        self, standing: RedemptionStanding, order_id: str, first_tried: float
    ) -> RedemptionStanding:
        settled = await self._settled_once(standing, order_id, first_tried)
        del self._attempts[order_id]  # a failed one is kept: it is tried again, but not for ever
        return settled

    async def _settled_once(
        self, standing: RedemptionStanding, order_id: str, first_tried: float
    ) -> RedemptionStanding:
        present = await self._ledger.read(lambda c: redemptions.require(c, standing.redemption))
        if present.stage is not Stage.OPEN or present.attempt != standing.attempt:
            return present
        if present.locker not in self._lockers or await self._is_too_late(order_id, first_tried):
            return await self._settle(present, Stage.JAM, Outcome.FAILED)
        parts = self._parts(present.locker)
        order = ActuationOrder(
            id=order_id,
            locker=parts.id,
            latch=parts.latch.address,
            actor="operator",
            reason=f"redemption, attempt {present.attempt}",
            redemption=present.redemption,
        )
        outcome = (await self._actuate(parts, order)).outcome
        stage = await self._stage_after(parts, outcome)
        return await self._settle(present, stage, outcome)

    async def _settle(
        self, present: RedemptionStanding, stage: Stage, outcome: Outcome
    ) -> RedemptionStanding:
        return await self._ledger.write(
            lambda tx: redemptions.settle_opening(
                tx, present.redemption, present.attempt, stage, outcome is Outcome.UNKNOWN
            )
        )

    async def _is_too_late(self, order: str, first_tried: float) -> bool:
        """Whether the order could not be recorded for so long that a person decides again."""
        if time.monotonic() - first_tried < _LATEST_S:
            return False
        return not await self._ledger.read(lambda c: actuations.is_known(c, order))

    async def _actuate(self, parts: LockerParts, order: ActuationOrder) -> Actuated:
        """Move a latch in the only allowed order: intent committed, pulse, outcome committed."""
        intended = await self._ledger.write(lambda tx: actuations.intend(tx, order))
        if intended.is_new:
            done = await _pulse(parts)
            if done.outcome is not Outcome.FAILED:
                self._at_rest_by = time.monotonic() + _PULSE_IS_OVER_S
        else:
            done = Actuated(intended.outcome or Outcome.UNKNOWN, "it was ordered before")
        await self._ledger.write(lambda tx: actuations.conclude(tx, order, done.outcome, done.note))
        return done

    async def _stage_after(self, parts: LockerParts, outcome: Outcome) -> Stage:
        if outcome is Outcome.FAILED:
            return Stage.JAM
        door = parts.door
        if outcome is Outcome.UNKNOWN or door is None or _is_silent(door):
            return Stage.ASK
        if await door.opens(self._door_opens_s):
            return Stage.TAKE
        # A switch that fell silent meanwhile can't say that nothing opened.
        return Stage.ASK if _is_silent(door) else Stage.JAM

    def _parts(self, locker: int | None) -> LockerParts:
        if locker is None or locker not in self._lockers:
            known = ", ".join(str(number) for number in self._lockers)
            raise NotFound(f"there is no locker {locker} in this box; there are: {known}")
        return self._lockers[locker]


def _is_silent(door: DoorWatch) -> bool:
    return door.state is DoorState.UNKNOWN


async def _pulse(parts: LockerParts) -> Actuated:
    if parts.door is not None:
        parts.door.expect_opening()
    if parts.latch_feedback is not None:
        parts.latch_feedback.expect()
    try:
        await parts.latch.pulse()
    except DeviceUnreachable as error:
        return Actuated(Outcome.FAILED, str(error))
    except DeliveryUnknown as error:
        return Actuated(Outcome.UNKNOWN, str(error))
    return Actuated(Outcome.DONE)
