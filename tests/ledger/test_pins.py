"""Wrong PINs are counted apart from wrong codes, and outlast restarts and power cuts."""

from __future__ import annotations

from pathlib import Path

from boxd.ledger import lockouts, pins
from boxd.ledger.database import open_ledger
from boxd.ledger.lockouts import BootClock
from tests.ledger.conftest import Hands
from tests.ledger.older import written_by_schema

PHONE = "aa" * 12
NOW = BootClock("boot-1", 100.0)
KEPT_AMONG_BAYS = """
INSERT INTO lockouts VALUES
    ('pin/aaaaaaaaaaaaaaaaaaaaaaaa', 0, 2, 60, 'boot-1', 150),
    ('pin/all', 7, 0, 0, 'boot-1', 0),
    ('bay-1', 1, 0, 0, 'boot-1', 0);
"""


def guess(hands: Hands, times: int, clock: BootClock = NOW) -> float:
    tried = [
        hands.ledger.write_now(lambda tx: pins.record(tx, PHONE, False, clock))
        for _ in range(times)
    ]
    return tried[-1].locked_s


def locked_s(hands: Hands, clock: BootClock = NOW) -> float:
    return hands.ledger.write_now(lambda tx: pins.locked_s(tx.connection, PHONE, clock))


def test_the_fifth_wrong_pin_locks_the_phone(hands: Hands) -> None:
    assert (guess(hands, 4), locked_s(hands)) == (0, 0)
    assert (guess(hands, 1), locked_s(hands)) == (60, 60)


def test_a_right_pin_forgives_the_wrong_ones(hands: Hands) -> None:
    guess(hands, 4)
    assert hands.ledger.write_now(lambda tx: pins.record(tx, PHONE, True, NOW)).is_right
    assert guess(hands, 4) == 0


def test_a_power_cut_does_not_shorten_the_lock(hands: Hands) -> None:
    guess(hands, 5)
    later = BootClock("boot-2", 3.0)
    assert locked_s(hands, later) == 60
    hands.ledger.write_now(lambda tx: lockouts.adopt_after_boot(tx, later))
    assert locked_s(hands, BootClock("boot-2", 13.0)) == 50


def test_no_bay_is_locked_by_pins(hands: Hands) -> None:
    guess(hands, 5)
    rows = hands.ledger.write_now(
        lambda tx: tx.connection.execute("SELECT count(*) FROM lockouts").fetchone()[0]
    )
    assert rows == 0


def test_a_lock_that_an_earlier_release_kept_among_the_bays_goes_on(tmp_path: Path) -> None:
    ledger = open_ledger(written_by_schema(tmp_path / "ledger.db", 7, KEPT_AMONG_BAYS))
    assert pins.locked_s(ledger, PHONE, NOW) == 50
    assert [row[0] for row in ledger.execute("SELECT bay FROM lockouts")] == ["bay-1"]
    assert lockouts.remaining_s(ledger, "bay-1", NOW) == 0
