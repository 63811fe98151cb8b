"""Opening lockers: intent committed, one pulse, outcome committed.

Latches are moved only here, and by what a person orders in a device test (`sensor_restart`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from boxd.bays.doors import DoorWatch
from boxd.bays.locker_parts import LockerParts
from boxd.bays.monitored import MonitoredDevice
from boxd.bays.sensor_restart import restart_sensor
from boxd.devices import DeviceState, DoorState
from boxd.errors import DeliveryUnknown, DeviceUnreachable, NotFound
from boxd.ledger import actuations, redemption_standings, redemptions
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s
from boxd.redemption import RedemptionStanding, Stage

log = structlog.get_logger(__name__)

# A latch may still be moved this long after the deadline of the answer that ordered it. The person
# who answered knows the result by then, and a door must not open in front of nobody. For an
# override the time counts from the person's request.
_LATEST_S = 4.0
_OVERRIDE_WITHIN_S = 10.0
# A door opens soon after the pulse or it does not open. So long may the outcome wait for the door,
# in order to be committed together with what follows.
_SPRINGS_OPEN_S = 0.1
_TOO_LATE = "writing the order down took too long; nothing was sent"

# `pulse` may return before the pulse is over; the layer that ends it may be this late.
_ENDS_LATE_S = 0.1


@dataclass(frozen=True)
class Actuated:
    """The outcome of an order to a latch, with a note for people if there is one."""

    outcome: Outcome
    note: str = ""


@dataclass
class _Attempt:
    """One attempt to open for a redemption: what is trying it now, and the result of its pulse."""

    task: asyncio.Task[RedemptionStanding]
    done: Actuated | None = None


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

    def intend(self, tx: Transaction, standing: RedemptionStanding) -> Sequence[ActuationOrder]:
        """Record the order to open the locker, in the transaction that leads to it.

        Empty for a locker that is not in this box any more, and for an order that was recorded
        before. Called by the ledger's thread.
        """
        if standing.locker not in self._lockers:
            return ()
        order = self._order(standing)
        return (order,) if actuations.intend(tx, order).is_new else ()

    def carry_out(
        self, standing: RedemptionStanding, order: ActuationOrder, deadline_s: float
    ) -> None:
        """Begin to open the locker: the order is recorded, and was not sent yet.

        `deadline_s` is that of the answer, on the boot clock.
        """
        # Cannot happen, because each order is recorded once; otherwise no second pulse.
        if order.id in self._attempts:
            log.error("opening.ordered_twice", order=order.id)
            return
        self._try(order.id, self._pulse_and_settle(standing, order, deadline_s))

    async def open_for(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Wait for the opening of a locker that an answer has ordered, and return its result.

        Nothing is pulsed here: an order that was not carried out at once becomes a question.
        """
        order = _order_id(standing)
        attempt = self._attempts.get(order)
        if attempt is not None and not attempt.task.done():
            return await asyncio.shield(attempt.task)
        done = attempt.done if attempt is not None else None
        return await asyncio.shield(self._try(order, self._look(standing, done), done))

    def _try(
        self,
        order: str,
        work: Coroutine[None, None, RedemptionStanding],
        done: Actuated | None = None,
    ) -> asyncio.Task[RedemptionStanding]:
        task = asyncio.create_task(work)
        self._attempts[order] = _Attempt(task, done)
        task.add_done_callback(partial(self._tried, order))
        self._keep(task)
        return task

    def _tried(self, order: str, task: asyncio.Task[RedemptionStanding]) -> None:
        """Forget a settled attempt; a failed one keeps the result of its pulse."""
        if task.cancelled():
            return
        if (error := task.exception()) is None:
            self._attempts.pop(order, None)
        else:
            log.warning("opening.not_settled", order=order, why=str(error))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        """Let `finish` wait for this task."""
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def override(self, locker: int, order: str, actor: str, reason: str) -> Actuated:
        """Open a locker for a named person; recorded like every actuation."""
        parts = self._parts(locker)
        given = ActuationOrder(order, locker, parts.latch.address, actor, f"override: {reason}")
        task = asyncio.create_task(self._override(parts, given, boot_s() + _OVERRIDE_WITHIN_S))
        self._keep(task)
        return await asyncio.shield(task)

    async def restart_sensor(self, device: MonitoredDevice, actor: str) -> Actuated:
        """Restart a device's touch sensor for a named person, which may move its latch; recorded.

        Raises NotFound if the device has no such thing.
        """
        lockers = tuple(self._lockers.values())
        task = asyncio.create_task(restart_sensor(self._ledger, device, lockers, actor))
        self._keep(task)
        return Actuated(*await asyncio.shield(task))

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

    async def _pulse_and_settle(
        self, standing: RedemptionStanding, order: ActuationOrder, deadline_s: float
    ) -> RedemptionStanding:
        parts = self._parts(standing.locker)
        done = await self._pulse(parts, deadline_s + _LATEST_S)
        self._attempts[order.id].done = done
        if (stage := await _stage_soon(parts, done.outcome)) is None:
            await self._conclude(order, done)
            stage = await self._stage_after(parts, done.outcome)
            return await self._settle(standing, stage, done)

        def conclude_and_settle(tx: Transaction) -> RedemptionStanding:
            actuations.conclude(tx, order, done.outcome, done.note)
            return _settled(tx, standing, stage, done)

        # One flush of the card instead of two.
        return await self._ledger.write(conclude_and_settle)

    async def _look(
        self, standing: RedemptionStanding, done: Actuated | None
    ) -> RedemptionStanding:
        """Settle an opening that nobody has settled; `done` is the pulse's result, if known."""
        present = await self._ledger.read(
            lambda c: redemption_standings.require(c, standing.redemption)
        )
        if present.stage is not Stage.OPEN or present.attempt != standing.attempt:
            return present
        order = _order_id(standing)
        recorded = await self._ledger.read(lambda c: actuations.find(c, order))
        if present.locker not in self._lockers or recorded is None:
            return await self._settle(present, Stage.JAM, Actuated(Outcome.FAILED))
        if recorded.outcome is None:
            done = done or Actuated(Outcome.UNKNOWN, "it was ordered before")
            await self._conclude(self._order(present), done)
        else:
            done = Actuated(recorded.outcome)
        parts = self._parts(present.locker)
        return await self._settle(present, await self._stage_after(parts, done.outcome), done)

    async def _settle(
        self, present: RedemptionStanding, stage: Stage, done: Actuated
    ) -> RedemptionStanding:
        return await self._ledger.write(lambda tx: _settled(tx, present, stage, done))

    async def _override(
        self, parts: LockerParts, order: ActuationOrder, latest_s: float
    ) -> Actuated:
        intended = await self._ledger.write(lambda tx: actuations.intend(tx, order))
        if not intended.is_new:
            return Actuated(intended.outcome or Outcome.UNKNOWN, "it was ordered before")
        done = await self._pulse(parts, latest_s)
        await self._conclude(order, done)
        return done

    async def _pulse(self, parts: LockerParts, latest_s: float) -> Actuated:
        """Send the order, whose intent is committed; not after `latest_s` on the boot clock."""
        if boot_s() > latest_s:
            return Actuated(Outcome.FAILED, _TOO_LATE)
        done = await _pulse(parts)
        if done.outcome is not Outcome.FAILED:
            at_rest = time.monotonic() + parts.latch.longest_s + _ENDS_LATE_S
            self._at_rest_by = max(self._at_rest_by, at_rest)
        return done

    async def _conclude(self, order: ActuationOrder, done: Actuated) -> None:
        await self._ledger.write(lambda tx: actuations.conclude(tx, order, done.outcome, done.note))

    def _order(self, standing: RedemptionStanding) -> ActuationOrder:
        parts = self._parts(standing.locker)
        return ActuationOrder(
            id=_order_id(standing),
            locker=parts.id,
            latch=parts.latch.address,
            actor="operator",
            reason=f"redemption, attempt {standing.attempt}",
            redemption=standing.redemption,
        )

    async def _stage_after(self, parts: LockerParts, outcome: Outcome) -> Stage:
        stage = _stage_at_once(parts, outcome)
        if stage is not None or parts.door is None:
            return stage or Stage.ASK
        if await parts.door.opens(self._door_opens_s):
            return Stage.TAKE
        # A switch that fell silent meanwhile can't say that nothing opened.
        return Stage.ASK if _is_silent(parts.door) else Stage.JAM

    def _parts(self, locker: int | None) -> LockerParts:
        if locker is None or locker not in self._lockers:
            known = ", ".join(str(number) for number in self._lockers)
            raise NotFound(f"there is no locker {locker} in this box; there are: {known}")
        return self._lockers[locker]


def _order_id(standing: RedemptionStanding) -> str:
    """The id of the order to open the locker for a redemption's present attempt."""
    return f"{standing.redemption}/{standing.attempt}"


def _stage_at_once(parts: LockerParts, outcome: Outcome) -> Stage | None:
    """The stage after an order, if it is known without waiting for the door."""
    if outcome is Outcome.FAILED:
        return Stage.JAM
    if outcome is Outcome.UNKNOWN or parts.door is None or _is_silent(parts.door):
        return Stage.ASK
    return Stage.TAKE if parts.door.state is DoorState.OPEN else None


async def _stage_soon(parts: LockerParts, outcome: Outcome) -> Stage | None:
    """The stage after an order, if it is known within the time that a door takes to spring open."""
    stage = _stage_at_once(parts, outcome)
    if stage is None and parts.door is not None and await parts.door.opens(_SPRINGS_OPEN_S):
        return Stage.TAKE
    return stage


def _settled(
    tx: Transaction, standing: RedemptionStanding, stage: Stage, done: Actuated
) -> RedemptionStanding:
    is_unknown = done.outcome is Outcome.UNKNOWN
    return redemptions.settle_opening(tx, standing.redemption, standing.attempt, stage, is_unknown)


def _is_silent(door: DoorWatch) -> bool:
    return door.state is DoorState.UNKNOWN


async def _pulse(parts: LockerParts) -> Actuated:
    parts.expect_opening()
    try:
        await parts.latch.pulse()
    except DeviceUnreachable as error:
        return Actuated(Outcome.FAILED, str(error))
    except DeliveryUnknown as error:
        return Actuated(Outcome.UNKNOWN, str(error))
    return Actuated(Outcome.DONE, parts.latch.confirmation)
