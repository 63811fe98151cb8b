"""A redemption in the ledger: claim, answers, and what they do to code and stock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from boxd.devices import DoorState
from boxd.errors import Refused
from boxd.ledger import actuations, audit, redemption_standings, redemptions
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.redemption import AnswerKind, RedemptionStanding, Refusal, Remedy, Stage
from tests.ledger.conftest import Hands, later


def opened(hands: Hands, redemption: str = "r1") -> RedemptionStanding:
    """A redemption whose locker is open."""
    standing = hands.claim(str(hands.issue()["code"]), redemption)
    standing = hands.answer(standing, AnswerKind.LOADED).standing
    return hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, redemption, 1, Stage.TAKE, False)
    )


def test_a_completed_redemption_spends_the_code_and_dispenses_the_unit(hands: Hands) -> None:
    ended = hands.answer(opened(hands), AnswerKind.COMPLETED)
    assert ended.standing.stage is Stage.DISPENSED
    counted = {"received": 3, "on_hand": 2, "held": 0, "dispensed": 1, "written_off": 0}
    assert counted.items() <= hands.stock("mug").items()
    assert hands.code_state(1) == "spent"


def test_a_claim_asked_again_under_its_id_changes_nothing(hands: Hands) -> None:
    code = str(hands.issue()["code"])
    assert hands.claim(code, "r1") == hands.claim(code, "r1")


def _used(hands: Hands) -> str:
    code = str(hands.issue()["code"])
    standing = hands.claim(code, "r1")
    hands.answer(standing, AnswerKind.LOADED)
    taken = hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, "r1", 1, Stage.TAKE, False)
    )
    hands.answer(taken, AnswerKind.COMPLETED)
    return code


def _in_use(hands: Hands) -> str:
    code = str(hands.issue()["code"])
    hands.claim(code, "r1")
    return code


def _expired(hands: Hands) -> str:
    code = str(hands.issue(valid_days=1)["code"])
    later(hands, days=2)
    return code


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        (lambda hands: None, Refusal.MISTYPED),
        (lambda hands: "00000000", Refusal.UNKNOWN),
        (_used, Refusal.USED),
        (_in_use, Refusal.IN_USE),
        (_expired, Refusal.EXPIRED),
        (lambda hands: str(hands.issue(box="box-9")["code"]), Refusal.OTHER_BOX),
    ],
)
def test_a_code_that_is_not_good_is_refused_for_its_reason(
    hands: Hands, prepare: Callable[[Hands], str | None], refusal: Refusal
) -> None:
    standing = hands.claim(prepare(hands), "refused", "bay-2")
    assert (standing.stage, standing.refusal) == (Stage.REFUSED, refusal)


def test_an_expired_code_gives_its_unit_back_when_it_is_typed(hands: Hands) -> None:
    hands.claim(_expired(hands), "r1")
    assert (hands.code_state(1), hands.stock("mug")["on_hand"]) == ("expired", 3)


def test_a_bay_serves_one_redemption_at_a_time(hands: Hands) -> None:
    hands.claim(str(hands.issue()["code"]), "r1")
    assert hands.claim(str(hands.issue()["code"]), "r2").refusal is Refusal.BAY_BUSY


def test_two_bays_work_at_once_in_lockers_of_their_own(hands: Hands) -> None:
    first = hands.claim(str(hands.issue()["code"]), "r1")
    second = hands.claim(str(hands.issue()["code"]), "r2", "bay-2")
    assert (first.locker, second.locker) == (1, 3)


@pytest.mark.parametrize("kind", [AnswerKind.CANCELLED, AnswerKind.DECLINED])
def test_a_claim_undone_gives_the_code_back(hands: Hands, kind: AnswerKind) -> None:
    code = str(hands.issue()["code"])
    hands.answer(hands.claim(code, "r1"), kind)
    assert hands.claim(code, "r2").stage is Stage.LOAD


def test_a_decline_voids_the_code_where_that_is_configured(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(standing, AnswerKind.DECLINED, voids=True)
    assert (hands.code_state(1), hands.stock("mug")["on_hand"]) == ("voided", 3)


def test_a_substitution_moves_the_hold_to_the_other_prize(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    reply = hands.answer(standing, AnswerKind.SUBSTITUTED, sku="pin")
    assert (reply.standing.sku, reply.standing.stage) == ("pin", Stage.LOAD)
    assert (hands.stock("mug")["held"], hands.stock("pin")["held"]) == (0, 1)


@pytest.mark.parametrize(
    ("sku", "why"),
    [
        ("mug", "'mug' is the prize already"),
        ("cup", "there is no prize 'cup'; known: mug, pin"),
        ("", "a substitution names the prize: give its sku"),
    ],
)
def test_an_impossible_substitution_is_refused_with_the_reason(
    hands: Hands, sku: str, why: str
) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    reply = hands.answer(standing, AnswerKind.SUBSTITUTED, sku=sku)
    assert (reply.accepted, reply.why) == (False, why)


def test_a_repeated_answer_is_accepted_and_counts_once(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    first = hands.answer(standing, AnswerKind.LOADED, answer_id="same")
    again = hands.answer(standing, AnswerKind.LOADED, answer_id="same")
    assert (again.accepted, again.standing) == (True, first.standing)


def test_an_answers_id_is_not_good_for_another_answer(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(standing, AnswerKind.SUBSTITUTED, sku="pin", answer_id="same")
    other = hands.claim(str(hands.issue()["code"]), "r2", "bay-2")
    for each, kind in ((other, AnswerKind.LOADED), (standing, AnswerKind.DECLINED)):
        with pytest.raises(Refused, match="used for something else"):
            hands.answer(each, kind, answer_id="same")


def test_an_answer_to_an_earlier_question_is_refused(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(standing, AnswerKind.SUBSTITUTED, sku="pin")
    reply = hands.answer(standing, AnswerKind.LOADED)
    assert "that question (step 1) has been answered" in reply.why


def test_complete_with_the_door_open_is_refused(hands: Hands) -> None:
    reply = hands.answer(opened(hands), AnswerKind.COMPLETED, door=DoorState.OPEN)
    assert (reply.accepted, reply.why) == (
        False,
        "the door is still open; close it, then press “Taken and closed” again",
    )


def test_another_locker_takes_the_jammed_one_out_of_service(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(standing, AnswerKind.LOADED)
    jam = hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, "r1", 1, Stage.JAM, False)
    )
    reply = hands.answer(jam, AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
    assert (reply.standing.stage, reply.standing.locker) == (Stage.LOAD, 2)


@pytest.mark.parametrize("kind", [AnswerKind.LOADED, AnswerKind.DECLINED])
def test_a_remedy_goes_with_a_jam_only(hands: Hands, kind: AnswerKind) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    reply = hands.answer(standing, kind, remedy=Remedy.OTHER_LOCKER)
    assert reply.why == f"a remedy goes with 'jammed' only, not with '{kind}'"
    assert reply.standing == standing


@pytest.mark.parametrize("kind", [AnswerKind.LOADED, AnswerKind.DECLINED])
def test_a_prize_is_named_with_an_exchange_only(hands: Hands, kind: AnswerKind) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    reply = hands.answer(standing, kind, sku="pin")
    assert reply.why == f"a sku goes with 'substituted' and 'broken' only, not with '{kind}'"
    assert reply.standing == standing


def test_an_order_begun_and_not_ended_is_unknown_and_asked_about(
    hands: Hands, open_hands: Callable[[], Hands]
) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(standing, AnswerKind.LOADED)
    order = ActuationOrder("r1/1", 1, "CodeTV Board 0", "operator", "redemption", "r1")
    hands.ledger.write_now(lambda tx: actuations.intend(tx, order))
    again = open_hands()
    assert again.ledger.write_now(actuations.settle_interrupted) == ["r1/1"]
    now = again.ledger.write_now(lambda tx: redemption_standings.find(tx.connection, "r1"))
    assert now is not None
    assert (now.stage, now.outcome_unknown) == (Stage.ASK, True)
    assert again.ledger.write_now(lambda tx: actuations.intend(tx, order)) == actuations.Intended(
        False, Outcome.UNKNOWN
    )


def test_every_step_is_in_the_audit_trail_and_the_chain_holds(hands: Hands) -> None:
    hands.answer(opened(hands), AnswerKind.COMPLETED)
    verified = hands.ledger.write_now(lambda tx: audit.verify(tx.connection))
    rows = hands.ledger.write_now(lambda tx: list(audit.rows_of_redemption(tx.connection, "r1")))
    assert verified.holds
    assert [row["action"] for row in rows] == [
        "claim.accepted",
        "redemption.loaded",
        "opening.take",
        "redemption.completed",
        "stock.dispensed",
    ]


@pytest.mark.parametrize(
    ("outcome", "stage", "is_unknown"),
    [
        (None, Stage.JAM, False),
        (Outcome.FAILED, Stage.JAM, False),
        (Outcome.DONE, Stage.ASK, False),
    ],
)
def test_a_start_opens_nothing_but_asks(
    hands: Hands, outcome: Outcome | None, stage: Stage, is_unknown: bool
) -> None:
    standing = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(standing, AnswerKind.LOADED)
    order = ActuationOrder("r1/1", 1, "CodeTV Board 0", "operator", "redemption", "r1")
    if outcome is not None:
        hands.ledger.write_now(lambda tx: actuations.intend(tx, order))
        hands.ledger.write_now(lambda tx: actuations.conclude(tx, order, outcome))
    hands.ledger.write_now(actuations.settle_interrupted)
    now = hands.ledger.write_now(lambda tx: redemption_standings.find(tx.connection, "r1"))
    assert now is not None
    assert (now.stage, now.outcome_unknown) == (stage, is_unknown)


def test_a_reason_of_a_later_release_does_not_keep_the_box_from_reading_on(hands: Hands) -> None:
    hands.claim("00000000", "r1")
    hands.ledger.write_now(
        lambda tx: tx.connection.execute("UPDATE redemptions SET refusal = 'in_mourning'")
    )
    standing = hands.ledger.write_now(lambda tx: redemption_standings.require(tx.connection, "r1"))
    assert standing.refusal is Refusal.OTHER
