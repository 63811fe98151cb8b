"""Codes, stock, what was acknowledged and the audit trail: each way to break one is found."""

import hashlib
import json

import pytest

from checker import Invariant
from tests.checker.recorded_booth import BOARD_0, RecordedBooth, only


def test_a_consistent_day_has_no_findings(booth: RecordedBooth) -> None:
    assert booth.findings(at_rest=True) == []


class TestACodePaysOutAtMostOnce:
    def test_a_code_with_two_dispensed_redemptions_is_found(self, booth: RecordedBooth) -> None:
        booth.forget_the_guards()
        booth.sql(
            "INSERT INTO redemptions SELECT 'r-9', bay, stage, step, attempt, outcome_unknown,"
            " locker, code, sku, refusal, begun_at, since, ended_at, home"
            " FROM redemptions WHERE id = 'r-1'"
        )
        booth.tell("claim.accepted", redemption="r-9")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.PAYS_ONCE
        assert "code 1 paid out 2 times" in finding.what
        assert any("r-1 " in text for text in finding.evidence)
        assert any("r-9 " in text for text in finding.evidence)

    def test_a_paid_code_that_is_ready_again_is_found(self, booth: RecordedBooth) -> None:
        booth.claim("r-3", 4, bay="bay-1", locker=1)
        booth.answer("r-3", "loaded", "open")
        booth.answer("r-3", "completed", "dispensed")
        booth.sql("UPDATE codes SET state = 'ready' WHERE id = 4")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.PAYS_ONCE
        assert "code 4 is ready, but has 0 open and 1 dispensed" in finding.what

    def test_an_open_redemption_of_a_voided_code_is_found(self, booth: RecordedBooth) -> None:
        booth.void(2, "sticker")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.PAYS_ONCE
        assert "code 2 is voided, but has 1 open" in finding.what

    def test_a_code_in_use_that_nobody_redeems_is_found(self, booth: RecordedBooth) -> None:
        booth.sql("UPDATE codes SET state = 'in_use' WHERE id = 4")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.PAYS_ONCE
        assert "code 4 is in_use, but has 0 open" in finding.what

    def test_a_spent_code_without_a_dispensed_redemption_is_found(
        self, booth: RecordedBooth
    ) -> None:
        booth.sql("UPDATE codes SET state = 'spent' WHERE id = 4")
        booth.move("mug", "held", "dispensed", code=4)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.PAYS_ONCE
        assert "code 4 is spent, but has 0 open and 0 dispensed" in finding.what

    def test_two_units_dispensed_for_one_code_are_found(self, booth: RecordedBooth) -> None:
        booth.move("sticker", "on_hand", "dispensed", code=1)
        once, conserved = booth.findings()
        assert once.invariant is Invariant.PAYS_ONCE
        assert "2 units were dispensed for code 1" in once.what
        assert conserved.invariant is Invariant.CONSERVED


class TestUnitsAreConserved:
    def test_a_stock_that_is_not_the_sum_of_its_movements_is_found(
        self, booth: RecordedBooth
    ) -> None:
        booth.sql("UPDATE stock SET on_hand = on_hand - 1, written_off = 1 WHERE sku = 'mug'")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CONSERVED
        assert finding.evidence == (
            "on_hand: 0 recorded, 1 by its movements",
            "written_off: 1 recorded, 0 by its movements",
        )

    def test_a_unit_held_for_nobody_is_found(self, booth: RecordedBooth) -> None:
        booth.move("mug", "on_hand", "held", code=None)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CONSERVED
        assert "mug: 2 units held for 1 codes" in finding.what

    def test_a_unit_dispensed_for_no_code_is_found(self, booth: RecordedBooth) -> None:
        booth.move("mug", "on_hand", "dispensed", code=None)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CONSERVED
        assert "mug: 1 units dispensed for 0 codes spent" in finding.what

    def test_a_unit_that_came_back_from_its_attendee_is_none(self, booth: RecordedBooth) -> None:
        booth.move("sticker", "dispensed", "on_hand", code=None)
        assert booth.findings() == []

    def test_units_taken_before_they_were_there_are_found(self, booth: RecordedBooth) -> None:
        booth.forget_the_guards()
        booth.move("mug", "on_hand", "written_off", code=None, units=2)
        booth.move("mug", "outside", "on_hand", code=None, units=2)
        booth.sql("UPDATE stock SET received = 4, written_off = 2 WHERE sku = 'mug'")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CONSERVED
        assert "takes more units than were on_hand" in finding.what

    def test_a_negative_stock_is_found(self, booth: RecordedBooth) -> None:
        booth.sql("PRAGMA ignore_check_constraints = ON")
        booth.move("mug", "on_hand", "written_off", code=None, units=2)
        assert {finding.invariant for finding in booth.findings()} == {Invariant.CONSERVED}
        assert any("the stock is negative" in finding.what for finding in booth.findings())

    def test_a_prize_without_stock_is_found(self, booth: RecordedBooth) -> None:
        booth.sql("DELETE FROM stock WHERE sku = 'mug'")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CONSERVED
        assert "mug has movements or codes, but no stock" in finding.what


class TestWhatWasAcknowledgedIsKept:
    @pytest.mark.parametrize(
        ("told", "words"),
        [
            (
                {"what": "answer", "redemption": "r-2", "id": "lost", "kind": "opened"},
                "answer lost (opened) was accepted, but is not in the ledger",
            ),
            (
                {"what": "answer", "redemption": "r-1", "id": "r-1-1", "kind": "declined"},
                "answer r-1-1 was accepted as declined to r-1, but is loaded",
            ),
            ({"what": "claimed", "redemption": "lost"}, "redemption lost was claimed, but is not"),
            ({"what": "claimed", "redemption": "r-0"}, "was claimed, but is refused"),
            ({"what": "dispensed", "redemption": "r-2"}, "but is at stage ask"),
            ({"what": "dispensed", "redemption": "lost"}, "was dispensed, but is not in"),
            ({"what": "code", "id": 77}, "code 77 was issued, but is not in the ledger"),
            (
                {"what": "verdict", "bay": "bay-1", "lamp": "success"},
                "bay-1 showed 2 verdicts by its success lamp, the ledger has 1",
            ),
            (
                {"what": "verdict", "bay": "bay-2", "lamp": "failure"},
                "bay-2 showed 1 verdicts by its failure lamp, the ledger has 0",
            ),
        ],
    )
    def test_what_the_ledger_lost_is_found(
        self, booth: RecordedBooth, told: dict[str, object], words: str
    ) -> None:
        booth.acknowledge(**told)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.KEPT
        assert words in finding.what
        assert any("acknowledged line 7" in text for text in finding.evidence)

    def test_an_answer_without_its_effect_is_found(self, booth: RecordedBooth) -> None:
        booth.answer("r-2", "declined", "take")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.KEPT
        assert "redemption r-2 was declined, but is at stage take" in finding.what


class TestTheAuditTrailIsComplete:
    def test_its_hash_is_what_the_design_says(self, booth: RecordedBooth) -> None:
        booth.forget_the_guards()
        text = '[1,"2026","Zoë","a","why",null,null,2,null,"mug","{\\"x\\": 1}"]'
        digest = hashlib.sha256(bytes(32) + text.encode()).digest()
        booth.sql("DELETE FROM audit")
        row = (1, "2026", "Zoë", "a", "why", None, None, 2, None, "mug", '{"x": 1}')
        booth.chain(*row, bytes(32), digest)
        assert not [each for each in booth.findings() if "audit row 1" in each.what]

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE audit SET at = '2026-11-21T12:00:00Z'",
            "UPDATE audit SET actor = 'other'",
            "UPDATE audit SET action = 'stock.found'",
            "UPDATE audit SET cause = 'other'",
            "UPDATE audit SET redemption = 'r-1'",
            "UPDATE audit SET bay = 'bay-1'",
            "UPDATE audit SET locker = 9",
            "UPDATE audit SET code = 9",
            "UPDATE audit SET sku = 'cup'",
            "UPDATE audit SET detail = '{ }'",
            "UPDATE audit SET hash = zeroblob(32)",
        ],
    )
    def test_a_changed_row_is_found(self, booth: RecordedBooth, change: str) -> None:
        booth.forget_the_guards()
        booth.sql(f"{change} WHERE seq = 2")
        finding = only([each for each in booth.findings() if "was changed" in each.what])
        assert finding.invariant is Invariant.AUDITED
        assert "audit row 2" in finding.what

    def test_a_row_taken_out_is_found(self, booth: RecordedBooth) -> None:
        booth.tell("box.greeted")
        booth.tell("box.greeted")
        booth.forget_the_guards()
        booth.sql("DELETE FROM audit WHERE seq = (SELECT max(seq) - 1 FROM audit)")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.AUDITED
        assert "the audit trail lacks row" in finding.what

    def test_a_row_put_in_is_found(self, booth: RecordedBooth) -> None:
        seq = booth.sql("SELECT max(seq) + 1 FROM audit")[0][0]
        row = [seq, "2026", "eve", "box.greeted", "", None, None, None, None, None, "{}"]
        text = json.dumps(row, separators=(",", ":")).encode()
        wrong = b"\1" * 32
        booth.chain(*row, wrong, hashlib.sha256(wrong + text).digest())
        finding = only(booth.findings())
        assert finding.invariant is Invariant.AUDITED
        assert f"audit row {seq} does not follow" in finding.what

    def test_a_row_that_names_no_actor_and_no_cause_is_found(self, booth: RecordedBooth) -> None:
        booth.move("mug", "on_hand", "written_off", code=None)
        booth.forget_the_guards()
        booth.sql("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
        booth.tell("stock.written_off", sku="mug", actor=" ", cause="")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.AUDITED
        assert "names no actor and no cause" in finding.what

    @pytest.mark.parametrize(
        ("action", "whose", "about"),
        [
            ("claim.refused", "redemption r-0", "r-0"),
            ("claim.accepted", "redemption r-1", "r-1"),
            ("redemption.loaded", "redemption r-2", "r-2"),
            ("actuation.intended", "redemption r-1", "r-1"),
            ("actuation.unknown", "redemption r-2", "r-2"),
            ("actuation.intended", "overrides", "overrides"),
            ("override.ordered", "overrides", "overrides"),
            ("stock.dispensed", "prize sticker", "sticker"),
            ("code.issued", "code 4", 4),
            ("code.voided", "code 3", 3),
        ],
    )
    def test_a_deed_without_its_row_is_found(
        self, booth: RecordedBooth, action: str, whose: str, about: object
    ) -> None:
        booth.forget_the_guards()
        found = booth.sql(
            "SELECT min(seq) FROM audit WHERE action = ?"
            " AND ? IN (coalesce(redemption, 'overrides'), sku, code)",
            action,
            about,
        )
        booth.sql("UPDATE audit SET action = 'box.greeted' WHERE seq = ?", *found[0])
        rechain(booth)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.AUDITED
        shown = "stock.*" if action.startswith("stock") else action
        assert f"differ on {shown} of {whose}" in finding.what

    def test_a_row_that_tells_of_nothing_in_the_ledger_is_found(self, booth: RecordedBooth) -> None:
        booth.tell("actuation.done", redemption="r-1", locker=1)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.AUDITED
        assert finding.evidence == ("2 rows in the trail, 1 in the ledger",)


def rechain(booth: RecordedBooth) -> None:
    """Write the whole trail anew, with hashes that fit."""
    rows = booth.sql("SELECT * FROM audit ORDER BY seq")
    booth.sql("DELETE FROM audit")
    previous = bytes(32)
    for row in rows:
        columns = row[:-2]
        text = json.dumps(list(columns), ensure_ascii=False, separators=(",", ":")).encode()
        digest = hashlib.sha256(previous + text).digest()
        booth.chain(*columns, previous, digest)
        previous = digest


def test_an_actuation_of_an_unknown_redemption_is_damage(booth: RecordedBooth) -> None:
    booth.order("ghost/1", BOARD_0, "failed", redemption="ghost")
    finding = only(booth.findings())
    assert finding.invariant is Invariant.EVIDENCE
    assert "actuations row" in finding.what
