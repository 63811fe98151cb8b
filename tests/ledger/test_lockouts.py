"""Wrong codes lock a keypad, longer each time, across restarts and power cuts."""

from __future__ import annotations

from collections.abc import Callable

from boxd.ledger import lockouts
from boxd.redemption import Refusal, Stage
from tests.ledger.conftest import Hands


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


def test_a_good_code_forgives_the_wrong_ones(hands: Hands) -> None:
    guess(hands, 2)
    assert hands.claim(str(hands.issue()["code"]), "r1").stage is Stage.LOAD
    guess_at = hands.claim("12345678", "busy").refusal
    assert (guess_at, remaining(hands)) == (Refusal.BAY_BUSY, 0)


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
