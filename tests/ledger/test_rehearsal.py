"""The rehearsal: nothing of it counts, and nothing of it is left but the audit trail."""

from __future__ import annotations

import pytest

from boxd.errors import Refused
from boxd.ledger import (
    attendee_list,
    audit,
    codes,
    dispensed,
    redemption_standings,
    redemptions,
    rehearsal,
    set_up_facts,
    stock,
    task_sums,
    wall,
)
from boxd.ledger.ledger import Transaction
from boxd.ledger.stock import REHEARSAL
from boxd.redemption import AnswerKind, RedemptionStanding, Stage
from boxd.task import TaskState
from tests.ledger.conftest import ACTOR, Hands
from tests.ledger.earning import Earner


def of(hands: Hands, attendee: str, sku: str | None = None) -> dict[str, object]:
    """A new code for them."""
    order = codes.CodeOrder(attendee, "box-1", 8, 7, ACTOR, sku)
    return hands.ledger.write_now(lambda tx: codes.issue(tx, order, hands.keys))


def test_who_rehearses_draws_no_real_prize_and_gets_none_instead(hands: Hands) -> None:
    before = hands.stock("mug"), hands.stock("pin")
    hands.ledger.write_now(lambda tx: rehearsal.begin(tx, 2, "olga"))
    assert of(hands, "Rehearsal 1", sku="mug")["sku"] == REHEARSAL
    code = of(hands, "Rehearsal 1")
    open_one = hands.claim(str(code["code"]), "r-1")
    assert open_one.prize.startswith("REHEARSAL")
    reply = hands.answer(open_one, AnswerKind.SUBSTITUTED, sku="mug")
    assert (reply.accepted, reply.why) == (
        False,
        "this is a rehearsal: put any prize in, nothing of it counts",
    )
    assert of(hands, "ada")["sku"] in {"mug", "pin"}
    assert (before[0]["dispensed"], hands.stock("mug")["dispensed"]) == (0, 0)


def test_the_end_is_one_step_and_leaves_nothing(hands: Hands) -> None:
    earner = Earner(hands)
    hands.ledger.write_now(lambda tx: rehearsal.begin(tx, 2, "olga"))
    spent, left = of(hands, "Rehearsal 1"), of(hands, "Rehearsal 2")
    task = earner.start("hunt", "Rehearsal 2")
    earner.scan(task, "stage")
    open_one = hands.claim(str(spent["code"]), "r-1")
    with pytest.raises(Refused, match="bay-1 serves a code of the rehearsal"):
        hands.ledger.write_now(lambda tx: rehearsal.end(tx, "olga"))
    play(hands, open_one.redemption)

    hands.ledger.write_now(lambda tx: rehearsal.end(tx, "olga"))

    assert (hands.code_state(spent["id"]), hands.code_state(left["id"])) == ("spent", "voided")
    assert earner.standing(task).state is TaskState.WITHDRAWN

    def nothing_is_left(tx: Transaction) -> None:
        connection = tx.connection
        assert not rehearsal.is_on(connection)
        assert attendee_list.page(connection, 0, 10) == []
        assert codes.listing(connection, None, 10) == []
        assert dispensed.by_quarter(connection, None, None) == []
        assert [each.scans for each in task_sums.checkpoints(connection, None, None)] == [0, 0, 0]
        assert sum(each.started for each in task_sums.tasks(connection, None, None)) == 0
        assert (wall.read(connection).given_out, wall.read(connection).last) == (0, ())
        assert {prize["sku"] for prize in stock.listing(connection)} == {"mug", "pin"}
        assert set_up_facts.look(connection).has_rehearsed
        assert audit.verify(connection).holds

    hands.ledger.write_now(nothing_is_left)


def play(hands: Hands, redemption: str) -> None:
    """Bring it to its end."""

    def now() -> RedemptionStanding:
        return hands.ledger.write_now(
            lambda tx: redemption_standings.require(tx.connection, redemption)
        )

    hands.answer(now(), AnswerKind.LOADED)
    hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, redemption, 1, Stage.TAKE, False)
    )
    assert hands.answer(now(), AnswerKind.COMPLETED).accepted


def test_a_second_rehearsal_goes_like_the_first(hands: Hands) -> None:
    for _ in range(2):
        hands.ledger.write_now(lambda tx: rehearsal.begin(tx, 1, "olga"))
        assert of(hands, "Rehearsal 1")["sku"] == REHEARSAL
        hands.ledger.write_now(lambda tx: rehearsal.end(tx, "olga"))
    assert hands.stock(REHEARSAL)["on_hand"] == 0
    # Afterwards that is a name like any other.
    assert of(hands, "Rehearsal 1")["sku"] in {"mug", "pin"}
