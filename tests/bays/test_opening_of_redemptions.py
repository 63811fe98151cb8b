"""Opening a locker for a redemption: one order, one pulse, and the stage that people are asked at.

Every decision of `Opener`, with a ledger in a file and devices in memory; no workflow, no server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from boxd.bays.doors import DoorWatch
from boxd.bays.latch_feedback import LatchFeedback
from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.device_parts import ReportedDoor
from boxd.devices import DeviceState, DoorState
from boxd.errors import BoxdError, DeliveryUnknown, DeviceUnreachable, LedgerUnusable, NotFound
from boxd.ledger import actuations, alarms, lockers, redemption_standings, redemptions, stock
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s
from boxd.redemption import AnswerKind, RedemptionStanding, Remedy, Stage
from tests.bays.devices import LatchInMemory
from tests.bays.parts import until
from tests.ledger.conftest import ACTOR, Hands

T = TypeVar("T")
DOOR_OPENS_S = 0.3
SILENT, SHUT, OPEN = DoorState.UNKNOWN, DoorState.CLOSED, DoorState.OPEN
UNPLUGGED = DeviceUnreachable("unplugged")
NO_ANSWER = DeliveryUnknown("no answer")


class WriteFails(Ledger):
    """A ledger whose next `failing` writes from the event loop fail; nothing of them is kept."""

    failing = 0

    async def write(self, change: Callable[[Transaction], T]) -> T:
        if self.failing:
            self.failing -= 1
            raise LedgerUnusable("the disk is full")
        return await super().write(change)


class SpringLatch(LatchInMemory):
    """A latch whose locker's switch says `then` so many seconds after its pulse."""

    def __init__(self, address: str, feedback: ReportedDoor | None, door: ReportedDoor) -> None:
        super().__init__(address, feedback)
        self.door = door
        self.then: DoorState | None = OPEN
        self.after_s = 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def pulse(self) -> None:
        await self.gate.wait()
        await super().pulse()
        if self.then is not None:
            asyncio.get_running_loop().call_later(self.after_s, self.door.move, self.then)


@dataclass
class Cabinet:
    """Locker 1 with a switch and a latch with a contact, 2 with a latch alone, 3 at bay-2."""

    hands: Hands
    ledger: WriteFails
    door: ReportedDoor
    contact: ReportedDoor
    latch: SpringLatch
    plain: LatchInMemory
    states: dict[int, DeviceState]
    opener: Opener

    def loaded(self, redemption: str = "r1") -> RedemptionStanding:
        """A redemption whose prize lies in its locker: the box has to open it."""
        claimed = self.hands.claim(str(self.hands.issue()["code"]), redemption)
        return self.hands.answer(claimed, AnswerKind.LOADED).standing

    def ordered(self, standing: RedemptionStanding) -> ActuationOrder:
        """The order for it, recorded and not sent."""
        (order,) = self.ledger.write_now(lambda tx: self.opener.intend(tx, standing))
        return order

    async def opened(self, within_s: float = 60.0) -> RedemptionStanding:
        """All of it, in the order in which an answer leads to it; returns where it stands."""
        standing = self.loaded()
        self.opener.carry_out(standing, self.ordered(standing), boot_s() + within_s)
        return await self.opener.open_for(standing)

    def standing(self, redemption: str = "r1") -> RedemptionStanding:
        return self.ledger.write_now(
            lambda tx: redemption_standings.require(tx.connection, redemption)
        )

    def row(self, order: str = "r1/1") -> dict[str, Any]:
        """What is recorded of an order."""
        row = self.ledger.write_now(
            lambda tx: tx.connection.execute(
                "SELECT * FROM actuations WHERE id = ?", (order,)
            ).fetchone()
        )
        return dict(row)

    def alarms(self) -> list[object]:
        active = self.ledger.write_now(lambda tx: alarms.active(tx.connection))
        return [each["kind"] for each in active]


@pytest.fixture
async def cabinet(tmp_path: Path) -> AsyncIterator[Cabinet]:
    """A shut cabinet whose first door springs open."""
    file = tmp_path / "ledger.db"
    ledger = WriteFails(file)
    prizes = [stock.StockedPrize("mug", "Mug", 3)]
    ledger.write_now(lambda tx: lockers.declare(tx, [1, 2, 3]))
    ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, ACTOR))
    door, contact = ReportedDoor(), ReportedDoor()
    latch = SpringLatch("lockers.latch-1", contact, door)
    plain = LatchInMemory("lockers.latch-2", None)
    states = dict.fromkeys((1, 2, 3), DeviceState.READY)
    watch = DoorWatch(1, door, ledger, left_open_s=60.0)
    parts = [
        LockerParts(1, "bay-1", latch, lambda: states[1], watch, LatchFeedback(contact)),
        LockerParts(2, "bay-1", plain, lambda: states[2], None),
        LockerParts(3, "bay-2", plain, lambda: states[3], None),
    ]
    latch.longest_s = plain.longest_s = 0.0
    door.move(SHUT)
    await asyncio.sleep(0.01)  # the watch has heard it
    opener = Opener(ledger, parts, DOOR_OPENS_S)
    keys = CodeKeys(b"c" * 32, b"r" * 32)
    cabinet = Cabinet(
        hands=Hands(ledger, keys, file),
        ledger=ledger,
        door=door,
        contact=contact,
        latch=latch,
        plain=plain,
        states=states,
        opener=opener,
    )
    yield cabinet
    latch.gate.set()
    await opener.finish()
    ledger.close()


@pytest.mark.parametrize(
    ("error", "before", "then", "after_s", "stage", "outcome"),
    [
        pytest.param(None, SHUT, OPEN, 0.0, Stage.TAKE, Outcome.DONE, id="springs open"),
        pytest.param(None, SHUT, OPEN, 0.2, Stage.TAKE, Outcome.DONE, id="opens late"),
        pytest.param(None, SHUT, None, 0.0, Stage.JAM, Outcome.DONE, id="stays shut"),
        pytest.param(None, SHUT, SILENT, 0.2, Stage.ASK, Outcome.DONE, id="falls silent"),
        pytest.param(None, SILENT, None, 0.0, Stage.ASK, Outcome.DONE, id="was silent"),
        pytest.param(None, OPEN, None, 0.0, Stage.TAKE, Outcome.DONE, id="was open"),
        pytest.param(UNPLUGGED, SHUT, None, 0.0, Stage.JAM, Outcome.FAILED, id="not sent"),
        pytest.param(UNPLUGGED, OPEN, None, 0.0, Stage.JAM, Outcome.FAILED, id="not sent, open"),
        pytest.param(UNPLUGGED, SILENT, None, 0.0, Stage.JAM, Outcome.FAILED, id="not sent, ?"),
        pytest.param(NO_ANSWER, SHUT, None, 0.0, Stage.ASK, Outcome.UNKNOWN, id="no answer"),
        pytest.param(NO_ANSWER, OPEN, None, 0.0, Stage.ASK, Outcome.UNKNOWN, id="no answer, open"),
    ],
)
async def test_latch_and_door_decide_together_what_people_are_asked(
    cabinet: Cabinet,
    error: BoxdError | None,
    before: DoorState,
    then: DoorState | None,
    after_s: float,
    stage: Stage,
    outcome: Outcome,
) -> None:
    cabinet.door.move(before)
    await asyncio.sleep(0)
    cabinet.latch.fails_with, cabinet.latch.then, cabinet.latch.after_s = error, then, after_s
    settled = await cabinet.opened()

    assert settled == cabinet.standing()
    assert settled.stage is stage
    assert settled.outcome_unknown is (outcome is Outcome.UNKNOWN)
    assert cabinet.row()["outcome"] == outcome
    assert cabinet.row()["note"] == (str(error) if error else cabinet.latch.confirmation)
    assert cabinet.latch.pulses == int(error is None)


@pytest.mark.parametrize(
    ("error", "stage"),
    [(None, Stage.ASK), (UNPLUGGED, Stage.JAM), (NO_ANSWER, Stage.ASK)],
)
async def test_without_a_switch_a_person_says_whether_it_opened(
    cabinet: Cabinet, error: BoxdError | None, stage: Stage
) -> None:
    cabinet.ledger.write_now(
        lambda tx: tx.connection.execute("UPDATE lockers SET in_service = 0 WHERE id = 1")
    )
    cabinet.plain.fails_with = error
    settled = await cabinet.opened()
    assert (settled.locker, settled.stage) == (2, stage)


async def test_the_order_says_who_what_and_for_which_attempt(cabinet: Cabinet) -> None:
    order = cabinet.ordered(cabinet.loaded())
    assert order == ActuationOrder(
        "r1/1", 1, "lockers.latch-1", "operator", "redemption, attempt 1", "r1"
    )
    assert cabinet.row()["outcome"] is None
    assert cabinet.latch.pulses == 0, "it is recorded first"


async def test_a_jam_that_is_tried_again_is_an_order_of_its_own(cabinet: Cabinet) -> None:
    cabinet.latch.then = None
    jam = await cabinet.opened()
    cabinet.latch.then = OPEN
    again = cabinet.hands.answer(jam, AnswerKind.JAMMED, remedy=Remedy.AGAIN).standing
    cabinet.opener.carry_out(again, cabinet.ordered(again), boot_s() + 60)
    settled = await cabinet.opener.open_for(again)

    assert (settled.stage, settled.attempt, cabinet.latch.pulses) == (Stage.TAKE, 2, 2)
    assert cabinet.row("r1/2")["reason"] == "redemption, attempt 2"


# Each order once


async def test_an_order_that_is_recorded_is_not_ordered_again(cabinet: Cabinet) -> None:
    standing = cabinet.loaded()
    cabinet.ordered(standing)
    assert cabinet.ledger.write_now(lambda tx: cabinet.opener.intend(tx, standing)) == ()


async def test_a_known_order_is_not_pulsed_again_and_is_told(cabinet: Cabinet) -> None:
    standing = cabinet.loaded()
    order = cabinet.ordered(standing)
    with capture_logs() as logged:
        for _ in range(2):
            cabinet.opener.carry_out(standing, order, boot_s() + 60)
        await cabinet.opener.open_for(standing)
    assert cabinet.latch.pulses == 1
    assert "opening.ordered_twice" in [each["event"] for each in logged]


async def test_who_waits_for_an_opening_pulses_nothing_and_hears_its_result(
    cabinet: Cabinet,
) -> None:
    standing = cabinet.loaded()
    cabinet.latch.gate.clear()
    cabinet.opener.carry_out(standing, cabinet.ordered(standing), boot_s() + 60)
    waiting = [asyncio.create_task(cabinet.opener.open_for(standing)) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert not any(each.done() for each in waiting), "they wait for the pulse"
    cabinet.latch.gate.set()
    assert {each.stage for each in await asyncio.gather(*waiting)} == {Stage.TAKE}
    assert cabinet.latch.pulses == 1


async def test_who_stops_waiting_does_not_stop_the_opening(cabinet: Cabinet) -> None:
    standing = cabinet.loaded()
    cabinet.latch.gate.clear()
    cabinet.opener.carry_out(standing, cabinet.ordered(standing), boot_s() + 60)
    waiting = asyncio.create_task(cabinet.opener.open_for(standing))
    await asyncio.sleep(0.02)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    cabinet.latch.gate.set()
    await cabinet.opener.finish()
    assert (cabinet.standing().stage, cabinet.latch.pulses) == (Stage.TAKE, 1)


@pytest.mark.parametrize(
    ("late_s", "pulses", "stage"), [(-60, 1, Stage.TAKE), (3, 1, Stage.TAKE), (5, 0, Stage.JAM)]
)
async def test_a_door_does_not_open_long_after_its_person_has_gone(
    cabinet: Cabinet, late_s: float, pulses: int, stage: Stage
) -> None:
    settled = await cabinet.opened(within_s=-late_s)
    assert (settled.stage, cabinet.latch.pulses) == (stage, pulses)
    assert ("nothing was sent" in cabinet.row()["note"]) is (pulses == 0)


# What nobody has settled


@pytest.mark.parametrize(
    ("recorded", "door", "stage", "outcome"),
    [
        pytest.param(None, SHUT, Stage.ASK, Outcome.UNKNOWN, id="no outcome"),
        pytest.param(None, OPEN, Stage.ASK, Outcome.UNKNOWN, id="no outcome, open"),
        pytest.param(Outcome.UNKNOWN, SHUT, Stage.ASK, Outcome.UNKNOWN, id="unknown"),
        pytest.param(Outcome.UNKNOWN, OPEN, Stage.ASK, Outcome.UNKNOWN, id="unknown, open"),
        pytest.param(Outcome.FAILED, SHUT, Stage.JAM, Outcome.FAILED, id="failed"),
        pytest.param(Outcome.DONE, SHUT, Stage.JAM, Outcome.DONE, id="done, shut"),
        pytest.param(Outcome.DONE, OPEN, Stage.TAKE, Outcome.DONE, id="done, open"),
        pytest.param(Outcome.DONE, SILENT, Stage.ASK, Outcome.DONE, id="done, silent"),
    ],
)
async def test_an_order_of_an_earlier_run_is_settled_by_its_record_and_never_sent(
    cabinet: Cabinet, recorded: Outcome | None, door: DoorState, stage: Stage, outcome: Outcome
) -> None:
    standing = cabinet.loaded()
    order = cabinet.ordered(standing)
    if recorded is not None:
        cabinet.ledger.write_now(lambda tx: actuations.conclude(tx, order, recorded, "before"))
    cabinet.door.move(door)
    settled = await cabinet.opener.open_for(standing)

    assert (settled.stage, settled.step) == (stage, standing.step + 1)
    assert settled.outcome_unknown is (outcome is Outcome.UNKNOWN)
    assert cabinet.row()["outcome"] == outcome
    assert cabinet.row()["note"] == ("it was ordered before" if recorded is None else "before")
    assert cabinet.latch.pulses == 0


async def test_an_order_that_was_never_recorded_is_a_jam(cabinet: Cabinet) -> None:
    settled = await cabinet.opener.open_for(cabinet.loaded())
    assert (settled.stage, settled.outcome_unknown) == (Stage.JAM, False)
    assert cabinet.latch.pulses == 0


@pytest.mark.parametrize("is_recorded", [False, True])
async def test_a_locker_that_has_left_the_box_is_a_jam_and_gets_no_order(
    cabinet: Cabinet, is_recorded: bool
) -> None:
    standing = cabinet.loaded()
    if is_recorded:
        cabinet.ordered(standing)
    without = Opener(cabinet.ledger, [], DOOR_OPENS_S)
    assert cabinet.ledger.write_now(lambda tx: without.intend(tx, standing)) == ()
    assert (await without.open_for(standing)).stage is Stage.JAM


@pytest.mark.parametrize("stage", [Stage.TAKE, Stage.ASK, Stage.JAM])
async def test_an_opening_is_settled_once_and_at_its_own_stage_alone(
    cabinet: Cabinet, stage: Stage
) -> None:
    standing = cabinet.loaded()
    cabinet.ordered(standing)
    settled = cabinet.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, "r1", 1, stage, outcome_unknown=False)
    )
    assert await cabinet.opener.open_for(standing) == settled
    assert cabinet.standing() == settled
    assert cabinet.row()["outcome"] is None, "nothing is said of an order that was not looked at"


async def test_an_earlier_attempt_does_not_settle_the_present_one(cabinet: Cabinet) -> None:
    cabinet.latch.then = None
    first = cabinet.loaded()
    cabinet.opener.carry_out(first, cabinet.ordered(first), boot_s() + 60)
    jam = await cabinet.opener.open_for(first)
    present = cabinet.hands.answer(jam, AnswerKind.JAMMED, remedy=Remedy.AGAIN).standing
    assert await cabinet.opener.open_for(first) == present
    assert cabinet.standing() == present


async def test_a_redemption_that_nobody_knows_is_an_error(cabinet: Cabinet) -> None:
    stranger = replace(cabinet.loaded(), redemption="r9")
    with capture_logs() as logged, pytest.raises(NotFound, match="r9"):
        await cabinet.opener.open_for(stranger)
    assert "opening.not_settled" in [each["event"] for each in logged]


# A disk that fails after the pulse


@pytest.mark.parametrize(
    ("error", "stage", "outcome"),
    [
        (None, Stage.TAKE, Outcome.DONE),
        (UNPLUGGED, Stage.JAM, Outcome.FAILED),
        (NO_ANSWER, Stage.ASK, Outcome.UNKNOWN),
    ],
)
async def test_a_pulse_whose_record_failed_is_recorded_as_it_was_and_not_repeated(
    cabinet: Cabinet, error: BoxdError | None, stage: Stage, outcome: Outcome
) -> None:
    cabinet.latch.fails_with = error
    standing = cabinet.loaded()
    order = cabinet.ordered(standing)
    cabinet.ledger.failing = 2
    cabinet.opener.carry_out(standing, order, boot_s() + 60)
    for _ in range(2):
        with pytest.raises(LedgerUnusable):
            await cabinet.opener.open_for(standing)
    assert cabinet.row()["outcome"] is None

    settled = await cabinet.opener.open_for(standing)
    assert (settled.stage, cabinet.row()["outcome"]) == (stage, outcome)
    assert cabinet.latch.pulses == int(error is None)


async def test_the_outcome_is_recorded_while_the_door_is_still_waited_for(
    cabinet: Cabinet,
) -> None:
    cabinet.latch.then = None
    standing = cabinet.loaded()
    cabinet.opener.carry_out(standing, cabinet.ordered(standing), boot_s() + 60)
    await until(lambda: cabinet.row()["outcome"] == Outcome.DONE)
    assert cabinet.standing().stage is Stage.OPEN
    assert (await cabinet.opener.open_for(standing)).stage is Stage.JAM


# Overrides


async def test_an_override_that_is_asked_again_pulses_once_and_says_so(cabinet: Cabinet) -> None:
    first = await cabinet.opener.override(1, "override/1", "Ada", "stuck")
    again = await cabinet.opener.override(1, "override/1", "Ada", "stuck")
    assert (first.outcome, again.outcome) == (Outcome.DONE, Outcome.DONE)
    assert again.note == "it was ordered before"
    assert cabinet.latch.pulses == 1
    row = cabinet.row("override/1")
    assert (row["actor"], row["reason"], row["redemption"]) == ("Ada", "override: stuck", None)


async def test_an_override_of_an_earlier_run_without_an_outcome_is_unknown(
    cabinet: Cabinet,
) -> None:
    before = ActuationOrder("override/1", 1, "lockers.latch-1", "Ada", "override: stuck")
    cabinet.ledger.write_now(lambda tx: actuations.intend(tx, before))
    again = await cabinet.opener.override(1, "override/1", "Ada", "stuck")
    assert (again.outcome, cabinet.latch.pulses) == (Outcome.UNKNOWN, 0)


async def test_who_stops_waiting_for_an_override_does_not_lose_its_record(
    cabinet: Cabinet,
) -> None:
    cabinet.latch.gate.clear()
    asked = asyncio.create_task(cabinet.opener.override(1, "override/1", "Ada", "stuck"))
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    cabinet.latch.gate.set()
    await cabinet.opener.finish()
    assert cabinet.row("override/1")["outcome"] == Outcome.DONE


@pytest.mark.parametrize("locker", [0, 4])
async def test_an_override_of_a_locker_that_is_not_there_names_those_that_are(
    cabinet: Cabinet, locker: int
) -> None:
    with pytest.raises(NotFound, match=f"no locker {locker} in this box; there are: 1, 2, 3"):
        await cabinet.opener.override(locker, "override/1", "Ada", "stuck")


async def test_a_door_that_was_ordered_to_open_was_not_forced(cabinet: Cabinet) -> None:
    await cabinet.opener.override(1, "override/1", "Ada", "stuck")
    await until(lambda: cabinet.door.state is OPEN)
    await asyncio.sleep(0.01)
    await cabinet.opener.finish()
    assert cabinet.alarms() == []


async def test_a_door_that_opens_without_an_order_was_forced(cabinet: Cabinet) -> None:
    cabinet.door.move(OPEN)
    await asyncio.sleep(0.01)
    await cabinet.opener.finish()
    assert cabinet.alarms() == ["door_opened_by_itself"]


# What is known of lockers


@pytest.mark.parametrize(
    ("door", "lacking", "usable"),
    [
        (SHUT, None, [1, 2]),
        (SILENT, None, [1, 2]),
        (OPEN, None, [2]),
        (SHUT, 1, [2]),
        (SHUT, 2, [1]),
        (OPEN, 2, []),
    ],
)
async def test_a_bay_uses_its_own_lockers_that_are_shut_and_can_be_reached(
    cabinet: Cabinet, door: DoorState, lacking: int | None, usable: list[int]
) -> None:
    cabinet.door.move(door)
    if lacking is not None:
        cabinet.states[lacking] = DeviceState.UNREACHABLE
    assert cabinet.opener.usable_lockers("bay-1") == usable
    assert cabinet.opener.usable_lockers("bay-2") == [3]


async def test_a_locker_without_a_switch_has_no_door_state(cabinet: Cabinet) -> None:
    cabinet.door.move(OPEN)
    assert cabinet.opener.door_state(1) is OPEN
    assert [cabinet.opener.door_state(each) for each in (2, 9, None)] == [None, None, None]


async def test_a_latch_has_let_go_if_its_contact_said_so_since_the_order(
    cabinet: Cabinet,
) -> None:
    cabinet.contact.move(OPEN)
    cabinet.contact.move(SHUT)
    await asyncio.sleep(0.01)
    assert cabinet.opener.has_let_go(1)
    assert [cabinet.opener.has_let_go(each) for each in (2, 9, None)] == [False, False, False]
    await cabinet.opener.override(1, "override/1", "Ada", "stuck")
    assert not cabinet.opener.has_let_go(1), "what came before the order does not count"
