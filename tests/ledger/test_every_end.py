"""The ends of a redemption that are rarer: broken, jammed, overridden; each leaves its traces."""

from __future__ import annotations

import pytest

from boxd.ledger import actuations, alarms, audit, claims, codes, left_prizes, lockouts, redemptions
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.redemption import AnswerKind, RedemptionStanding, Refusal, Remedy, Stage
from tests.ledger.conftest import Hands

OVERRIDE = ActuationOrder("override/1", 2, "latch 2", "mia", "stuck")


def at(hands: Hands, stage: Stage, redemption: str = "r1") -> RedemptionStanding:
    """A redemption of a mug at this stage."""
    standing = hands.claim(str(hands.issue("mug")["code"]), redemption)
    hands.answer(standing, AnswerKind.LOADED)
    return hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, redemption, 1, stage, outcome_unknown=False)
    )


def actions(hands: Hands) -> list[object]:
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    return [row["action"] for row in rows]


def in_locker(hands: Hands, locker: int) -> str | None:
    return hands.ledger.write_now(lambda tx: left_prizes.of_locker(tx.connection, locker))


@pytest.mark.parametrize(("sku", "given"), [("", "mug"), ("mug", "mug"), ("pin", "pin")])
def test_a_broken_unit_is_written_off_and_another_one_is_held(
    hands: Hands, sku: str, given: str
) -> None:
    reply = hands.answer(at(hands, Stage.TAKE), AnswerKind.BROKEN, sku=sku)
    assert (reply.standing.stage, reply.standing.sku) == (Stage.LOAD, given)
    assert hands.stock("mug")["written_off"] == 1
    assert hands.stock(given)["held"] == 1
    code = hands.ledger.write_now(lambda tx: codes.find(tx.connection, 1))
    assert code["sku"] == given
    moved = hands.ledger.write_now(
        lambda tx: tx.connection.execute(
            "SELECT code, target FROM movements WHERE reason = 'broken' ORDER BY id"
        ).fetchall()
    )
    assert [tuple(row) for row in moved] == [(1, "on_hand"), (None, "written_off"), (1, "held")]


def test_a_broken_unit_without_another_one_is_a_question_for_people(hands: Hands) -> None:
    standing = at(hands, Stage.TAKE)
    for _ in range(2):
        hands.issue("mug")
    reply = hands.answer(standing, AnswerKind.BROKEN)
    assert (reply.accepted, "no other unit of 'mug'" in reply.why) == (False, True)
    assert hands.answer(standing, AnswerKind.BROKEN, sku="pin").accepted


def test_a_substituted_code_is_of_the_other_prize(hands: Hands) -> None:
    standing = hands.claim(str(hands.issue("mug")["code"]), "r1")
    assert hands.answer(standing, AnswerKind.SUBSTITUTED, sku="pin").accepted
    assert hands.ledger.write_now(lambda tx: codes.find(tx.connection, 1))["sku"] == "pin"


def test_without_another_locker_a_jam_stays_where_it_is(hands: Hands) -> None:
    jam = at(hands, Stage.JAM)
    hands.ledger.write_now(
        lambda tx: tx.connection.execute("UPDATE lockers SET in_service = 0 WHERE id = 2")
    )
    reply = hands.answer(jam, AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
    assert (reply.accepted, "no other free locker" in reply.why) == (False, True)
    assert hands.answer(jam, AnswerKind.JAMMED, remedy=Remedy.AGAIN).standing.stage is Stage.OPEN


def test_a_prize_stays_known_behind_a_jam_and_nowhere_else(hands: Hands) -> None:
    hands.answer(at(hands, Stage.JAM), AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
    assert (in_locker(hands, 1), in_locker(hands, 2)) == ("mug", None)


def test_a_declined_jam_leaves_its_prize_and_a_completed_redemption_takes_it_out(
    hands: Hands,
) -> None:
    hands.answer(at(hands, Stage.JAM), AnswerKind.DECLINED)
    assert in_locker(hands, 1) == "mug"
    hands.answer(at(hands, Stage.TAKE, "r2"), AnswerKind.NOT_TAKEN)
    assert in_locker(hands, 1) == "mug", "nobody has taken it out"
    hands.answer(at(hands, Stage.TAKE, "r3"), AnswerKind.COMPLETED)
    assert in_locker(hands, 1) is None


@pytest.mark.parametrize(
    ("stage", "kind", "why"),
    [
        (Stage.JAM, AnswerKind.DECLINED, "claim declined"),
        (Stage.TAKE, AnswerKind.NOT_TAKEN, "prize not taken"),
    ],
)
def test_a_voided_code_says_why(hands: Hands, stage: Stage, kind: AnswerKind, why: str) -> None:
    hands.answer(at(hands, stage), kind, voids=True)
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    assert [row["cause"] for row in rows if row["action"] == "code.voided"] == [why]


def test_an_override_is_told_twice_and_an_order_of_a_redemption_once(hands: Hands) -> None:
    standing = at(hands, Stage.TAKE)
    before = len(actions(hands))
    of_redemption = ActuationOrder("r1/1", 1, "latch", "boxd", "redemption", standing.redemption)
    for order in (OVERRIDE, of_redemption):
        assert hands.ledger.write_now(lambda tx, order=order: actuations.intend(tx, order)).is_new
        again = hands.ledger.write_now(lambda tx, order=order: actuations.intend(tx, order))
        assert (again.is_new, again.outcome) == (False, None)
    told = ["override.ordered", "actuation.intended", "actuation.intended"]
    assert actions(hands)[before:] == told
    for outcome in (Outcome.FAILED, Outcome.DONE):  # the first one stays
        hands.ledger.write_now(
            lambda tx, outcome=outcome: actuations.conclude(tx, OVERRIDE, outcome)
        )
    known = hands.ledger.write_now(lambda tx: actuations.intend(tx, OVERRIDE))
    assert (known.is_new, known.outcome) == (False, Outcome.FAILED)
    assert actions(hands)[before + 3 :] == ["actuation.failed"]


def test_an_override_that_was_interrupted_is_an_alarm_and_that_of_a_redemption_none(
    hands: Hands,
) -> None:
    standing = at(hands, Stage.TAKE)
    of_redemption = ActuationOrder("r1/1", 1, "latch", "boxd", "redemption", standing.redemption)
    for order in (OVERRIDE, of_redemption):
        hands.ledger.write_now(lambda tx, order=order: actuations.intend(tx, order))
    hands.ledger.write_now(actuations.settle_interrupted)
    active = hands.ledger.write_now(lambda tx: alarms.active(tx.connection))
    assert [(each["kind"], each["subject"]) for each in active] == [
        ("override_unknown", "locker 2")
    ]


def test_a_refused_claim_names_its_code_if_there_is_one(hands: Hands) -> None:
    code = str(hands.issue("mug", box="box-2")["code"])
    assert hands.claim(code, "r1").refusal is Refusal.OTHER_BOX
    assert hands.claim("12345678", "r2").refusal is Refusal.UNKNOWN
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    refused = [row["code"] for row in rows if row["action"] == "claim.refused"]
    assert refused == [1, None]


def test_without_a_free_locker_a_claim_says_so(hands: Hands) -> None:
    hands.ledger.write_now(lambda tx: tx.connection.execute("UPDATE lockers SET in_service = 0"))
    assert hands.claim(str(hands.issue("mug")["code"]), "r1").refusal is Refusal.NO_LOCKER


def test_the_ledger_knows_the_codes_that_it_has(hands: Hands) -> None:
    digest = hands.keys.digest(str(hands.issue("mug")["code"]))
    assert hands.ledger.write_now(lambda tx: claims.knows(tx.connection, digest))
    other = hands.keys.digest("12345678")
    assert not hands.ledger.write_now(lambda tx: claims.knows(tx.connection, other))


def test_a_lock_is_told_ends_for_its_bay_alone_and_forgives_none_of_another(hands: Hands) -> None:
    for bay in ("bay-1", "bay-2"):
        for number in range(hands.rule.wrong_codes):
            hands.claim("12345678", f"{bay}-{number}", bay)
    assert actions(hands).count("keypad.locked") == 2
    clock = lockouts.BootClock(hands.boot, hands.seconds)
    hands.ledger.write_now(lambda tx: lockouts.end_lock(tx, "bay-1"))
    after_boot = lockouts.BootClock("boot-2", 1.0)
    hands.ledger.write_now(lambda tx: lockouts.adopt_after_boot(tx, after_boot))
    left = [
        hands.ledger.write_now(
            lambda tx, bay=bay: lockouts.remaining_s(tx.connection, bay, after_boot)
        )
        for bay in ("bay-1", "bay-2")
    ]
    assert left == [0, 30.0]
    assert clock != after_boot


def test_what_a_prize_forgives_is_one_wrong_code_of_its_bay(hands: Hands) -> None:
    for number, bay in enumerate(("bay-1", "bay-1", "bay-2")):
        hands.claim("12345678", f"wrong-{number}", bay)
    hands.ledger.write_now(lambda tx: lockouts.forgive_one(tx, "bay-1"))
    wrong = hands.ledger.write_now(
        lambda tx: dict(tx.connection.execute("SELECT bay, wrong FROM lockouts").fetchall())
    )
    assert wrong == {"bay-1": 1, "bay-2": 1}
    for _ in range(2):
        hands.ledger.write_now(lambda tx: lockouts.forgive_one(tx, "bay-1"))
    left = hands.ledger.write_now(
        lambda tx: tx.connection.execute(
            "SELECT wrong FROM lockouts WHERE bay = 'bay-1'"
        ).fetchone()[0]
    )
    assert left == 0
