"""The outbox: what is noted with which event, in order, bounded, and gone when it was received."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.errors import NotFound, Refused
from boxd.ledger import alarms, audit, codes, erasure, lockers, outbox, rehearsal, stock, variants
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.ledger.outbox import Depth, Event
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.redemption import AnswerKind
from tests.ledger.conftest import ACTOR, Hands, later
from tests.ledger.earning import Earner
from tests.ledger.test_rehearsal import play


class Told(Hands):
    """Hands on a ledger that tells upstream."""

    def waiting(self) -> list[Event]:
        return self.ledger.write_now(lambda tx: outbox.first(tx.connection, 10_000))

    def types(self) -> list[str]:
        return [event.type for event in self.waiting()]

    def depth(self) -> Depth:
        return self.ledger.write_now(lambda tx: outbox.depth(tx.connection))

    def raise_alarms(self, count: int) -> None:
        for number in range(count):
            self.ledger.write_now(
                lambda tx, number=number: alarms.raise_alarm(tx, "test", str(number), "look")
            )


def told(folder: Path, outbox: OutboxSettings | None) -> Told:
    file = folder / "ledger.db"
    hands: Told
    ledger = Ledger(file, now=lambda: hands.now, outbox=outbox)
    hands = Told(ledger, CodeKeys(b"c" * 32, b"r" * 32), file)
    prizes = [stock.StockedPrize("mug", "Mug", 3), stock.StockedPrize("pin", "Pin", 2)]
    ledger.write_now(lambda tx: lockers.declare(tx, [1, 2, 3]))
    ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, ACTOR))
    return hands


@pytest.fixture
def hands(tmp_path: Path) -> Told:
    return told(tmp_path, OutboxSettings(stock_low=0, most_waiting=1000))


def test_nothing_is_noted_where_there_is_no_upstream(tmp_path: Path) -> None:
    hands = told(tmp_path, None)
    hands.issue()
    hands.raise_alarms(2)
    assert hands.depth() == Depth()


def test_a_task_s_whole_way_is_told_in_order_and_says_who(hands: Told) -> None:
    earner = Earner(hands)
    task = earner.start("mugs", "badge-7")
    earner.approve(task)
    earner.issue(task)
    approved, issued = hands.waiting()

    assert [approved.type, issued.type] == ["task.approved", "code.issued"]
    assert approved.data["attendee"]["reference"] == "badge-7"
    assert (approved.data["task"], approved.data["by"]) == ("mugs.1", "Eva")
    assert (issued.data["sku"], issued.data["issue"], issued.data["code"]) == ("mug", task, 1)
    assert issued.seq == approved.seq + 1
    assert issued.id != approved.id


def test_a_code_that_was_redeemed_is_told_with_what_was_given(hands: Told) -> None:
    made = hands.issue()
    standing = hands.claim(str(made["code"]), "r-1")
    for kind in (AnswerKind.LOADED, AnswerKind.OPENED, AnswerKind.COMPLETED):
        if kind is AnswerKind.OPENED:
            from boxd.ledger import redemptions
            from boxd.redemption import Stage

            standing = hands.ledger.write_now(
                lambda tx: redemptions.settle_opening(tx, "r-1", 1, Stage.ASK, False)
            )
        standing = hands.answer(standing, kind).standing
    redeemed = hands.waiting()[-1]

    assert redeemed.type == "code.redeemed"
    assert redeemed.data["sku"] == "mug"
    assert (redeemed.data["bay"], redeemed.data["locker"]) == ("bay-1", 1)


def test_a_voided_and_an_expired_code_are_told_apart(hands: Told) -> None:
    first, second = hands.issue(), hands.issue(valid_days=-1)
    hands.ledger.write_now(lambda tx: codes.void(tx, int(str(first["id"])), "lost", ACTOR))
    hands.claim(str(second["code"]), "r-1")
    assert hands.types()[2:] == ["code.voided", "code.expired"]
    assert hands.waiting()[2].data["reason"] == "lost"


def test_another_variant_taken_for_a_code_is_told_with_both(hands: Told) -> None:
    sizes = [variants.NewVariant("S", 1), variants.NewVariant("M", 1)]
    hands.ledger.write_now(lambda tx: variants.add(tx, "mug", sizes, ACTOR))
    code = int(str(hands.issue("mug-s")["id"]))
    hands.ledger.write_now(lambda tx: variants.choose(tx, code, "mug-m", ACTOR))
    exchanged = hands.waiting()[-1]
    assert exchanged.type == "code.exchanged"
    assert exchanged.data["sku"] == "mug-m"
    assert exchanged.data["instead_of"] == "mug-s"
    assert exchanged.data["attendee"]["number"] == 1


def test_stock_is_low_once_and_again_after_it_was_filled(tmp_path: Path) -> None:
    hands = told(tmp_path, OutboxSettings(stock_low=1, most_waiting=1000))
    for units in (-1, -1, -1, 3, -3):
        hands.ledger.write_now(
            lambda tx, units=units: stock.adjust(tx, "mug", units, "counted", ACTOR)
        )
    told_of = [event.data["on_hand"] for event in hands.waiting()]
    assert told_of == [1, 0]


def test_units_that_come_in_are_no_news_of_low_stock(tmp_path: Path) -> None:
    hands = told(tmp_path, OutboxSettings(stock_low=1, most_waiting=1000))
    for units in (-3, 1):
        hands.ledger.write_now(
            lambda tx, units=units: stock.adjust(tx, "mug", units, "counted", ACTOR)
        )
    assert [event.data["on_hand"] for event in hands.waiting()] == [0]


def test_an_outbox_without_any_room_only_counts(tmp_path: Path) -> None:
    hands = told(tmp_path, OutboxSettings(stock_low=0, most_waiting=0))
    hands.raise_alarms(3)
    (left_out,) = hands.waiting()
    assert (left_out.type, left_out.data["count"]) == ("events.left_out", 3)
    assert left_out.data["audit_to"] - left_out.data["audit_from"] == 2


def test_upstream_hears_nothing_of_a_rehearsal(hands: Told) -> None:
    hands.ledger.write_now(lambda tx: rehearsal.begin(tx, 2, ACTOR))
    order = codes.CodeOrder("Rehearsal 1", "box-1", 8, 7, ACTOR)
    issued = hands.ledger.write_now(lambda tx: codes.issue(tx, order, hands.keys))
    play(hands, hands.claim(str(issued["code"]), "r-1").redemption)
    hands.ledger.write_now(lambda tx: rehearsal.end(tx, ACTOR))
    assert hands.types() == []


def test_what_was_undone_is_not_told(hands: Told) -> None:
    def fail(tx: object) -> None:
        alarms.raise_alarm(tx, "test", "", "look")  # type: ignore[arg-type]
        raise Refused("after all")

    with pytest.raises(Refused):
        hands.ledger.write_now(fail)
    assert hands.depth().waiting == 0


def test_who_was_forgotten_is_not_named_in_what_still_waits(hands: Told) -> None:
    hands.issue()
    hands.ledger.write_now(lambda tx: erasure.forget(tx, 1, ACTOR))
    attendee = hands.waiting()[0].data["attendee"]
    assert attendee["reference"] is None
    assert attendee["pseudonym"].startswith("a-")


def test_what_was_received_is_gone_and_counted(hands: Told) -> None:
    hands.raise_alarms(5)
    third = hands.waiting()[2]
    hands.ledger.write_now(lambda tx: outbox.received(tx, third))
    depth = hands.depth()
    assert (depth.waiting, depth.delivered) == (2, 3)
    hands.ledger.write_now(lambda tx: outbox.received(tx, third))
    assert hands.depth().delivered == 3


def test_places_are_never_given_twice(hands: Told) -> None:
    hands.raise_alarms(2)
    last = hands.waiting()[-1]
    hands.ledger.write_now(lambda tx: outbox.received(tx, last))
    hands.issue()
    assert hands.waiting()[0].seq == last.seq + 1


def test_a_full_outbox_counts_what_it_leaves_out_and_the_audit_trail_has_it(
    tmp_path: Path,
) -> None:
    hands = told(tmp_path, OutboxSettings(stock_low=0, most_waiting=10))
    hands.raise_alarms(25)
    events = hands.waiting()
    left_out = events[-1]

    assert [event.type for event in events] == ["alarm.raised"] * 10 + ["events.left_out"]
    assert left_out.data["count"] == 15
    assert hands.depth().is_full
    rows = hands.ledger.write_now(
        lambda tx: audit.rows_after(tx.connection, left_out.data["audit_from"] - 1, 1000)
    )
    raised = [row for row in rows if row["action"] == "alarm.raised"]
    assert len(raised) == 15
    assert raised[-1]["seq"] == left_out.data["audit_to"]


def test_a_full_outbox_goes_on_in_order_once_there_is_room(tmp_path: Path) -> None:
    hands = told(tmp_path, OutboxSettings(stock_low=0, most_waiting=10))
    hands.raise_alarms(12)
    fifth = hands.waiting()[4]
    hands.ledger.write_now(lambda tx: outbox.received(tx, fifth))
    hands.issue()
    assert hands.types() == ["alarm.raised"] * 5 + ["events.left_out", "code.issued"]
    assert not hands.depth().is_full


def test_a_dead_letter_is_out_of_the_order_until_it_is_sent_again(hands: Told) -> None:
    hands.raise_alarms(3)
    first = hands.waiting()[0]
    assert hands.ledger.write_now(lambda tx: outbox.bury(tx, first, "422: no"))
    buried = hands.ledger.write_now(lambda tx: outbox.dead(tx.connection, 0, 10))
    assert [(each.id, each.why) for each in buried] == [(first.id, "422: no")]
    assert (hands.depth().waiting, hands.depth().dead) == (2, 1)

    assert hands.ledger.write_now(lambda tx: outbox.resend(tx, [first.id], ACTOR)) == 1

    assert [event.id for event in hands.waiting()][-1] == first.id
    assert (hands.depth().waiting, hands.depth().dead) == (3, 0)


def test_only_so_many_letters_are_dead(hands: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_DEAD", 1)
    hands.raise_alarms(2)
    buried = [
        hands.ledger.write_now(lambda tx: outbox.bury(tx, hands_first(tx), "no")) for _ in range(2)
    ]
    assert buried == [True, False]
    assert hands.depth().waiting == 1


def hands_first(tx: object) -> Event:
    return outbox.first(tx.connection, 1)[0]  # type: ignore[attr-defined]


def test_an_unknown_dead_letter_is_not_sent_again(hands: Told) -> None:
    with pytest.raises(NotFound, match="evt_1"):
        hands.ledger.write_now(lambda tx: outbox.resend(tx, ["evt_1"], ACTOR))


def test_all_dead_letters_are_sent_again_in_their_order_if_none_is_named(hands: Told) -> None:
    hands.raise_alarms(4)
    first, second, *_ = hands.waiting()
    for each in (first, second):
        hands.ledger.write_now(lambda tx, each=each: outbox.bury(tx, each, "no"))
    assert hands.ledger.write_now(lambda tx: outbox.resend(tx, [], ACTOR)) == 2
    assert [event.id for event in hands.waiting()][2:] == [first.id, second.id]
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    assert (rows[-1]["action"], rows[-1]["actor"]) == ("outbox.resent", ACTOR)
    assert rows[-1]["detail"] == {"events": 2}
    assert hands.ledger.write_now(lambda tx: outbox.resend(tx, [], ACTOR)) == 0
    again = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    assert len(again) == len(rows), "nothing was done"


@pytest.mark.parametrize("room", [0, 1])
def test_a_dead_letter_is_sent_again_only_where_there_is_room(tmp_path: Path, room: int) -> None:
    hands = told(tmp_path, OutboxSettings(stock_low=0, most_waiting=3))
    hands.raise_alarms(3)
    dead, *waiting = hands.waiting()
    hands.ledger.write_now(lambda tx: outbox.bury(tx, dead, "no"))
    if not room:
        hands.raise_alarms(4)
        with pytest.raises(Refused, match="no room in the outbox"):
            hands.ledger.write_now(lambda tx: outbox.resend(tx, [], ACTOR))
        assert hands.depth().dead == 1
        return
    assert hands.ledger.write_now(lambda tx: outbox.resend(tx, [], ACTOR)) == 1
    assert [event.id for event in hands.waiting()] == [*(each.id for each in waiting), dead.id]


def test_the_depth_says_since_when_the_oldest_waits_and_when_one_was_received(
    hands: Told,
) -> None:
    hands.raise_alarms(2)
    oldest = hands.waiting()[0]
    assert (hands.depth().oldest_at, hands.depth().delivered_at) == (oldest.at, "")
    later(hands, minutes=5)
    hands.ledger.write_now(lambda tx: outbox.received(tx, hands_first(tx)))
    assert hands.depth().delivered_at > oldest.at


def test_what_waits_is_listed_from_a_place_on(hands: Told) -> None:
    hands.raise_alarms(4)
    _, second, third, _ = hands.waiting()
    listed = hands.ledger.write_now(lambda tx: outbox.waiting(tx.connection, second.seq, 1))
    assert [event.id for event in listed] == [third.id]
