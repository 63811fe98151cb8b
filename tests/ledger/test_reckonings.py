"""The box's time in the ledger: over restarts, and codes dated by a clock that was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from boxd.clock import ClockReading, TimeBase, believed, time_base_after
from boxd.clock_keeper import anchor
from boxd.errors import LedgerDamaged
from boxd.ledger import alarms, audit, codes, time_base
from boxd.ledger.ledger import Transaction
from boxd.machine_clock import BoxClock
from boxd.redemption import AnswerKind, Refusal, Stage
from tests.ledger.conftest import Hands

BOOT = "boot-1"
HOURS_5 = 5 * 3600.0


def look(hands: Hands, *, is_synchronised: bool = False, boot: str = BOOT) -> ClockReading:
    """The clocks now; `hands.now` is the wall's, `hands.seconds` the boot clock's."""
    return ClockReading(hands.now, boot, hands.seconds, is_synchronised)


def adopt(hands: Hands, after: TimeBase) -> int:
    before = load(hands)
    return hands.ledger.write_now(
        lambda tx: time_base.adopt(tx, before, after, "boxd", hands.seconds)
    )


def load(hands: Hands) -> TimeBase | None:
    return hands.ledger.write_now(lambda tx: time_base.load(tx.connection))


def expires_at(hands: Hands, code: dict[str, object]) -> datetime:
    found = hands.ledger.write_now(lambda tx: codes.find(tx.connection, int(str(code["id"]))))
    return datetime.fromisoformat(str(found["expires_at"]))


def actions(hands: Hands) -> list[object]:
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 100))
    return [row["action"] for row in rows]


def texts(hands: Hands) -> list[str]:
    return [str(a["text"]) for a in hands.ledger.write_now(lambda tx: alarms.active(tx.connection))]


def test_a_new_ledger_knows_no_time(open_hands: Callable[[], Hands]) -> None:
    assert load(open_hands()) is None


def test_the_count_goes_on_after_a_restart_as_it_was(
    hands: Hands, open_hands: Callable[[], Hands]
) -> None:
    adopt(hands, believed(look(hands), is_sure=True))
    hands.now += timedelta(hours=5)
    off = time_base_after(load(hands), look(hands))
    adopt(hands, off)
    assert load(open_hands()) == off
    assert off.off_s == pytest.approx(HOURS_5)


def test_a_ledger_of_before_begins_with_its_newest_record(hands: Hands) -> None:
    hands.now = datetime(2030, 5, 2, tzinfo=UTC)
    hands.issue()
    known = load(hands)
    assert known is not None
    assert (known.newest, known.boot, known.is_sure) == (hands.now, "", False)


def test_a_ledger_that_was_not_migrated_yet_can_be_asked(hands: Hands) -> None:
    hands.issue()
    hands.ledger.write_now(lambda tx: tx.connection.execute("DROP TABLE clock"))
    known = load(hands)
    assert known is not None
    assert known.newest == hands.now


@pytest.mark.parametrize("change", ["UPDATE clock SET zero = ?", "UPDATE clock SET newest = ?"])
@pytest.mark.parametrize("damage", ["", "2O30-05-01T09:00:00.000Z", "2030-05-01T09:00:00.000"])
def test_a_count_that_can_t_be_read_begins_anew_from_the_newest_record(
    hands: Hands, change: str, damage: str
) -> None:
    adopt(hands, believed(look(hands), is_sure=True))
    hands.issue()
    hands.ledger.write_now(lambda tx: tx.connection.execute(change, (damage,)))
    known = load(hands)
    assert known is not None
    assert (known.newest, known.boot, known.is_sure) == (hands.now, "", False)


def test_a_newest_record_without_a_time_is_a_damaged_ledger(hands: Hands) -> None:
    hands.issue()

    def damage(tx: Transaction) -> None:
        tx.connection.execute("DROP TRIGGER audit_stays")
        tx.connection.execute("UPDATE audit SET at = 'soon'")

    hands.ledger.write_now(damage)
    with pytest.raises(LedgerDamaged, match="boxd backup list"):
        load(hands)


def test_the_newest_record_counts_where_the_time_was_written_down_before_it(hands: Hands) -> None:
    adopt(hands, believed(look(hands), is_sure=True))
    hands.now += timedelta(minutes=8)
    hands.issue()
    known = load(hands)
    assert known is not None
    assert known.newest == hands.now


def test_a_code_of_an_unsure_clock_is_good_for_as_long_as_it_should_be(hands: Hands) -> None:
    adopt(hands, believed(look(hands), is_sure=False))
    code = hands.issue(valid_days=7)
    hands.now += timedelta(days=200)
    assert adopt(hands, time_base_after(load(hands), look(hands, is_synchronised=True))) == 1
    assert expires_at(hands, code) == hands.now + timedelta(days=7)
    assert hands.claim(str(code["code"]), "r1").stage is Stage.LOAD
    assert actions(hands)[-3:-1] == ["clock.moved", "codes.dated_anew"]


@pytest.mark.parametrize("is_synchronised_at_once", [False, True])
def test_a_code_of_an_unsure_clock_is_put_right_after_a_boot_whenever_the_network_comes(
    hands: Hands, is_synchronised_at_once: bool
) -> None:
    adopt(hands, believed(look(hands), is_sure=False))
    code = hands.issue(valid_days=7)
    hands.now += timedelta(days=200)
    clock = BoxClock(lambda: look(hands, boot="boot-2", is_synchronised=is_synchronised_at_once))
    anchor(clock, hands.ledger)
    adopt(hands, time_base_after(load(hands), look(hands, boot="boot-2", is_synchronised=True)))
    assert expires_at(hands, code) - hands.now > timedelta(days=6)
    assert hands.claim(str(code["code"]), "r1").stage is Stage.LOAD


def test_a_code_of_a_sure_clock_keeps_its_day(hands: Hands) -> None:
    adopt(hands, believed(look(hands), is_sure=True))
    code = hands.issue(valid_days=7)
    expected = expires_at(hands, code)
    hands.now += timedelta(days=200)
    assert adopt(hands, time_base_after(load(hands), look(hands, is_synchronised=True))) == 0
    assert expires_at(hands, code) == expected
    assert hands.claim(str(code["code"]), "r1").refusal is Refusal.EXPIRED


def test_a_code_that_is_being_redeemed_is_dated_anew_with_the_others(hands: Hands) -> None:
    adopt(hands, believed(look(hands), is_sure=False))
    code = hands.issue(valid_days=7)
    open_one = hands.claim(str(code["code"]), "r1")
    hands.now += timedelta(days=200)
    adopt(hands, time_base_after(load(hands), look(hands, is_synchronised=True)))
    hands.answer(open_one, AnswerKind.DECLINED)
    assert hands.claim(str(code["code"]), "r2").stage is Stage.LOAD


def test_a_code_that_expired_stays_so_when_the_clock_goes_back(hands: Hands) -> None:
    adopt(hands, believed(look(hands), is_sure=False))
    code = hands.issue(valid_days=7)
    hands.now += timedelta(days=8)
    assert hands.claim(str(code["code"]), "r1").refusal is Refusal.EXPIRED
    hands.now -= timedelta(days=5)
    adopt(hands, time_base_after(load(hands), look(hands, is_synchronised=True)))
    assert hands.claim(str(code["code"]), "r2").refusal is Refusal.EXPIRED
    assert hands.code_state(code["id"]) == "expired"


def test_an_alarm_stands_while_the_clock_is_not_believed_and_says_how_it_is_now(
    hands: Hands,
) -> None:
    adopt(hands, believed(look(hands), is_sure=True))
    assert texts(hands) == []
    for hours, said in ((5, "5 h 0 min ahead"), (-3, "3 h 0 min behind")):
        looked = ClockReading(hands.now + timedelta(hours=hours), BOOT, hands.seconds, False)
        adopt(hands, time_base_after(load(hands), looked))
        assert len(texts(hands)) == 1
        assert said in texts(hands)[0]
    adopt(hands, time_base_after(load(hands), look(hands)))
    assert texts(hands) == []


def test_after_a_clock_was_put_back_the_newest_record_is_the_last_one_and_not_the_latest(
    hands: Hands,
) -> None:
    adopt(hands, believed(look(hands), is_sure=True))
    hands.now -= timedelta(days=40)
    adopt(hands, time_base_after(load(hands), look(hands, is_synchronised=True)))
    known = load(hands)
    assert known is not None
    assert known.newest == hands.now
