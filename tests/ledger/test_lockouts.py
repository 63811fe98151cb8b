"""Wrong codes lock a keypad, longer each time, across restarts and power cuts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from boxd.ledger import audit, claims, lockouts, redemptions
from boxd.redemption import AnswerKind, Refusal, Stage
from tests.ledger.conftest import Hands, later


def remaining(hands: Hands) -> float:
    clock = lockouts.BootClock(hands.boot, hands.seconds)
    return hands.ledger.write_now(lambda tx: lockouts.remaining_s(tx.connection, "bay-1", clock))


def guess(hands: Hands, times: int, name: str = "g") -> None:
    for number in range(times):
        assert hands.claim("12345678", f"{name}{number}").refusal is Refusal.UNKNOWN


def test_the_third_wrong_code_locks_the_keypad(hands: Hands) -> None:
    guess(hands, 2)
    assert remaining(hands) == 0
    guess(hands, 1, "third")
    assert remaining(hands) == 30
    assert hands.claim(str(hands.issue()["code"]), "r1").refusal is Refusal.LOCKED_OUT


def test_the_lock_doubles_up_to_the_longest(hands: Hands) -> None:
    locks = []
    for turn in range(4):
        guess(hands, 3, f"turn{turn}-")
        locks.append(remaining(hands))
        hands.seconds += 1000
    assert locks == [30, 60, 100, 100]


def test_slips_of_the_finger_do_not_count(hands: Hands) -> None:
    for number in range(10):
        assert hands.claim(None, f"slip{number}").refusal is Refusal.MISTYPED
    assert remaining(hands) == 0


@pytest.mark.parametrize("kind", [AnswerKind.CANCELLED, AnswerKind.DECLINED])
def test_a_claim_that_gives_out_nothing_forgives_nothing(hands: Hands, kind: AnswerKind) -> None:
    code = str(hands.issue()["code"])
    guess(hands, 2)
    hands.answer(hands.claim(code, "own"), kind)
    guess(hands, 1, "third")
    assert remaining(hands) == 30


def test_a_prize_that_was_given_out_forgives_one_wrong_code(hands: Hands) -> None:
    guess(hands, 2)
    dispense(hands, "r1")
    guess(hands, 1, "third")
    assert remaining(hands) == 0
    guess(hands, 1, "fourth")
    assert remaining(hands) == 30


def dispense(hands: Hands, redemption: str) -> str:
    """Give out a prize for a code; returns the code."""
    code = str(hands.issue()["code"])
    hands.answer(hands.claim(code, redemption), AnswerKind.LOADED)
    standing = hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, redemption, 1, Stage.TAKE, False)
    )
    assert hands.answer(standing, AnswerKind.COMPLETED).standing.stage is Stage.DISPENSED
    return code


def test_a_used_an_expired_and_another_boxs_code_are_no_guesses(hands: Hands) -> None:
    used, other = dispense(hands, "first"), str(hands.issue(box="box-2")["code"])
    expired = str(hands.issue(valid_days=1)["code"])
    later(hands, days=2)
    for number in range(4):
        assert hands.claim(used, f"used{number}").refusal is Refusal.USED
        assert hands.claim(other, f"other{number}").refusal is Refusal.OTHER_BOX
        assert hands.claim(expired, f"expired{number}").refusal is Refusal.EXPIRED
    assert remaining(hands) == 0


def test_locks_grow_shorter_again_by_a_step_an_hour(hands: Hands) -> None:
    guess(hands, 3, "a")
    hands.seconds += 30
    guess(hands, 3, "b")
    assert remaining(hands) == 60
    hands.seconds += 60 + 3600
    guess(hands, 3, "c")
    assert remaining(hands) == 60


def test_a_restart_within_the_same_boot_keeps_the_lock(
    hands: Hands, open_hands: Callable[[], Hands]
) -> None:
    guess(hands, 3)
    again = open_hands()
    again.seconds += 10
    assert remaining(again) == 20


def test_after_a_power_cut_the_lock_begins_anew(
    hands: Hands, open_hands: Callable[[], Hands]
) -> None:
    guess(hands, 3)
    again = open_hands()
    again.boot, again.seconds = "boot-2", 5.0
    assert remaining(again) == 30
    clock = lockouts.BootClock("boot-2", 5.0)
    again.ledger.write_now(lambda tx: lockouts.adopt_after_boot(tx, clock))
    again.seconds = 25.0
    assert remaining(again) == 10


def test_a_lock_that_ran_out_is_not_imposed_again_by_a_power_cut(
    hands: Hands, open_hands: Callable[[], Hands]
) -> None:
    guess(hands, 3)
    later_start = open_hands()
    later_start.seconds += 60
    clock = lockouts.BootClock(later_start.boot, later_start.seconds)
    later_start.ledger.write_now(lambda tx: lockouts.adopt_after_boot(tx, clock))
    after_power_cut = open_hands()
    after_power_cut.boot, after_power_cut.seconds = "boot-2", 5.0
    assert remaining(after_power_cut) == 0


def test_honest_people_at_the_wrong_box_of_a_fleet_lock_nothing(hands: Hands) -> None:
    clock = lockouts.BootClock(hands.boot, hands.seconds)
    rules = claims.ClaimRules("box-1", [1], hands.rule, clock)
    for number in range(8):
        asked = claims.Claim(f"r{number}", "bay-1", hands.keys.digest("1"), True, "2 (Hall B)")
        refused = hands.ledger.write_now(lambda tx, a=asked: claims.claim(tx, a, rules))
        assert (refused.refusal, refused.home) == (Refusal.OTHER_BOX, "2 (Hall B)")
    assert remaining(hands) == 0
    assert hands.claim(str(hands.issue()["code"]), "own").stage is Stage.LOAD


@pytest.mark.parametrize(
    ("after_s", "left_s"), [(0.0, 30.0), (29.5, 0.5), (30.0, 0.0), (31.0, 0.0), (86_400.0, 0.0)]
)
def test_a_lock_ends_in_its_time(hands: Hands, after_s: float, left_s: float) -> None:
    guess(hands, 3)
    hands.seconds += after_s
    assert remaining(hands) == left_s
    expected = Refusal.LOCKED_OUT if left_s else Refusal.UNKNOWN
    assert hands.claim("12345678", "next").refusal is expected


def test_a_lock_is_told_once_with_its_length(hands: Hands) -> None:
    guess(hands, 3)
    hands.claim("12345678", "locked")
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    locked = [(row["bay"], row["detail"]) for row in rows if row["action"] == "keypad.locked"]
    assert locked == [("bay-1", {"seconds": 30.0})]


def test_each_bay_has_a_lock_of_its_own(hands: Hands) -> None:
    guess(hands, 3)
    for number in range(2):
        refused = hands.claim("12345678", f"other{number}", "bay-2")
        assert refused.refusal is Refusal.UNKNOWN
    assert hands.claim(str(hands.issue()["code"]), "own", "bay-2").stage is Stage.LOAD


def test_a_bay_without_a_wrong_code_has_nothing_to_be_forgiven(hands: Hands) -> None:
    dispense(hands, "r1")
    guess(hands, 1, "first")
    dispense(hands, "r2")
    dispense(hands, "r3")
    guess(hands, 2, "next")
    assert remaining(hands) == 0
    guess(hands, 1, "third")
    assert remaining(hands) == 30


def test_a_lock_that_was_ended_is_not_repeated_by_a_later_boot(
    hands: Hands, open_hands: Callable[[], Hands]
) -> None:
    guess(hands, 3)
    hands.ledger.write_now(lambda tx: lockouts.end_lock(tx, "bay-1"))
    assert remaining(hands) == 0
    again = open_hands()
    again.boot, again.seconds = "boot-2", 5.0
    again.ledger.write_now(
        lambda tx: lockouts.adopt_after_boot(tx, lockouts.BootClock("boot-2", 5.0))
    )
    assert remaining(again) == 0
