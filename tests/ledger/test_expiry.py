"""Expiry: codes whose time is over, and units held for codes that never came about."""

from __future__ import annotations

import pytest

from boxd.ledger import alarms, audit, expiry, issues
from boxd.redemption import Refusal, Stage
from tests.ledger.conftest import Hands, later
from tests.ledger.earning import Earner


def expire(hands: Hands, most: int = 50) -> int:
    return hands.ledger.write_now(lambda tx: expiry.expire_codes(tx, most))


def release(hands: Hands, most: int = 50) -> int:
    return hands.ledger.write_now(lambda tx: expiry.release_holds(tx, most))


def test_a_code_whose_time_is_over_expires_and_gives_its_unit_back(hands: Hands) -> None:
    code = hands.issue(valid_days=7)
    later(hands, days=7)
    assert expire(hands) == 1
    assert hands.code_state(code["id"]) == "expired"
    assert (hands.stock("mug")["held"], hands.stock("mug")["on_hand"]) == (0, 3)
    assert expire(hands) == 0


def test_a_code_that_has_time_left_is_left_alone(hands: Hands) -> None:
    code = hands.issue(valid_days=7)
    later(hands, days=6)
    assert expire(hands) == 0
    assert hands.code_state(code["id"]) == "ready"


def test_a_code_that_is_being_redeemed_does_not_expire_in_the_attendee_s_hands(
    hands: Hands,
) -> None:
    code = hands.issue(valid_days=1)
    assert hands.claim(str(code["code"]), "r-1").stage is Stage.LOAD
    later(hands, days=2)
    assert expire(hands) == 0
    assert hands.code_state(code["id"]) == "in_use"


def test_the_oldest_expire_first_and_no_more_than_asked_for(hands: Hands) -> None:
    made = [hands.issue(valid_days=days) for days in (3, 1, 2)]
    later(hands, days=10)
    assert expire(hands, most=2) == 2
    assert [hands.code_state(each["id"]) for each in made] == ["ready", "expired", "expired"]
    assert expire(hands, most=2) == 1


def test_an_expired_code_is_refused_as_expired(hands: Hands) -> None:
    code = hands.issue(valid_days=1)
    later(hands, days=1)
    expire(hands)
    assert hands.claim(str(code["code"]), "r-1").refusal is Refusal.EXPIRED


def test_that_a_code_expired_is_in_the_audit_trail(hands: Hands) -> None:
    code = hands.issue(valid_days=1)
    later(hands, days=1)
    expire(hands)
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    assert [row["code"] for row in rows if row["action"] == "code.expired"] == [code["id"]]


@pytest.mark.parametrize(("minutes", "released"), [(59, 0), (61, 1)])
def test_a_unit_held_for_no_code_is_released_after_an_hour(
    hands: Hands, minutes: int, released: int
) -> None:
    earner = Earner(hands)
    earner.ask("request/1", "ada", "mug")
    earner.step("request/1", "pick")
    earner.step("request/1", "hold")
    later(hands, minutes=minutes)
    assert release(hands) == released
    assert hands.stock("mug")["held"] == 1 - released
    raised = hands.ledger.write_now(lambda tx: alarms.active(tx.connection))
    assert [alarm["kind"] for alarm in raised] == ["code_not_issued"] * released
    ended = hands.ledger.write_now(lambda tx: issues.require(tx.connection, "request/1"))
    assert ended.state.has_ended is bool(released)


def test_codes_are_found_by_their_time_and_not_by_reading_them_all(hands: Hands) -> None:
    def plan(question: str) -> str:
        return hands.ledger.write_now(
            lambda tx: " ".join(
                row["detail"] for row in tx.connection.execute(f"EXPLAIN QUERY PLAN {question}")
            )
        )

    wanted = "SELECT id FROM codes WHERE state = 'ready' AND expires_at <= '2030'"
    assert "codes_that_are_ready" in plan(f"{wanted} ORDER BY expires_at, id LIMIT 5")
