"""Opening a locker: what is recorded has happened, also when boxd stops right after it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.devices import DeviceState
from boxd.errors import BoxdError, DeliveryUnknown, DeviceUnreachable
from boxd.ledger import lockers
from boxd.ledger.actuations import Outcome
from boxd.ledger.ledger import Ledger
from tests.bays.devices import LatchInMemory


def opener_for(ledger: Ledger, latch: LatchInMemory) -> Opener:
    ledger.write_now(lambda tx: lockers.declare(tx, [1]))
    return Opener(ledger, [LockerParts(1, "bay-1", latch, lambda: DeviceState.READY, None)], 3.0)


@pytest.mark.parametrize(
    ("error", "longest_s", "outcome", "waits_s"),
    [
        (None, 0.3, Outcome.DONE, 0.3),
        (None, 0.7, Outcome.DONE, 0.7),  # a strike is held for longer than any solenoid
        (DeliveryUnknown("no answer"), 0.3, Outcome.UNKNOWN, 0.3),
        (DeviceUnreachable("unplugged"), 0.3, Outcome.FAILED, 0.0),
    ],
)
async def test_a_latch_keeps_its_current_until_its_longest_pulse_is_over(
    tmp_path: Path, error: BoxdError | None, longest_s: float, outcome: Outcome, waits_s: float
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    latch = LatchInMemory("lockers.latch-1", None)
    latch.fails_with, latch.longest_s = error, longest_s
    try:
        opener = opener_for(ledger, latch)
        done = await opener.override(1, "override/1", "Ada", "stuck")
        recorded_at = time.monotonic()
        await opener.finish()  # afterwards the devices are let go of
        waited_s = time.monotonic() - recorded_at
    finally:
        ledger.close()

    assert done.outcome is outcome
    assert waited_s >= waits_s
    assert (waited_s < 0.1) is (waits_s == 0)


async def test_the_record_says_what_the_latchs_device_confirmed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    latch = LatchInMemory("board-0", None)
    try:
        opener = opener_for(ledger, latch)
        await opener.override(1, "override/1", "Ada", "stuck")
        row = await ledger.read(
            lambda c: c.execute("SELECT outcome, note FROM actuations").fetchone()
        )
    finally:
        ledger.close()
    assert (row["outcome"], row["note"]) == ("done", "the board pulsed")
    assert latch.pulses == 1
