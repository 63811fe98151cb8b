"""Causes, pulses and fail-safe latches: each way to break one is found."""

import json

import pytest

from checker import Invariant, examine
from tests.checker.recorded_booth import BOARD_0, BOARD_2, UNLOCK, RecordedBooth, only

BOARD_5 = "CodeTV Board 5"


class TestEveryPulseHasACause:
    def test_a_pulse_of_a_device_without_actuations_is_found(self, booth: RecordedBooth) -> None:
        booth.pulse(BOARD_5)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert f"{BOARD_5} was pulsed, but the ledger has no actuation" in finding.what
        assert any("trace line" in text for text in finding.evidence)

    def test_an_order_to_a_device_without_actuations_is_found(self, booth: RecordedBooth) -> None:
        booth.see("bytes", BOARD_5, bytes=UNLOCK)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert BOARD_5 in finding.what

    def test_an_attempt_before_anyone_confirmed_loading_is_found(
        self, booth: RecordedBooth
    ) -> None:
        booth.claim("r-3", 4, bay="bay-1", locker=1)
        booth.sql("UPDATE redemptions SET attempt = 1 WHERE id = 'r-3'")
        booth.order("r-3/1", BOARD_0, "done", redemption="r-3")
        booth.pulse(BOARD_0)
        booth.prompt("r-3")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "had 1 actuations, but came to the stage open 0 times" in finding.what
        assert "r-3/1" in finding.evidence[0]

    def test_a_second_attempt_without_a_second_answer_is_found(self, booth: RecordedBooth) -> None:
        booth.sql("UPDATE redemptions SET attempt = 3 WHERE id = 'r-2'")
        booth.order("r-2/3", BOARD_2, "unknown", redemption="r-2")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "had 3 actuations, but came to the stage open 2 times" in finding.what

    def test_a_jam_that_goes_to_another_locker_allows_no_pulse(self, booth: RecordedBooth) -> None:
        booth.answer("r-2", "jammed", "load", '{"remedy": "other_locker", "reason": "again"}')
        booth.sql("UPDATE redemptions SET attempt = 3 WHERE id = 'r-2'")
        booth.order("r-2/3", BOARD_2, "unknown", redemption="r-2")
        assert only(booth.findings()).invariant is Invariant.CAUSED

    @pytest.mark.parametrize("detail", ["again", '["again"]', '{"reason": "again"}'])
    def test_a_jam_without_the_remedy_again_allows_no_pulse(
        self, booth: RecordedBooth, detail: str
    ) -> None:
        booth.answer("r-2", "jammed", "open", detail)
        booth.order("r-2/3", BOARD_2, "unknown", redemption="r-2")
        assert only(booth.findings()).invariant is Invariant.CAUSED

    def test_an_order_given_before_its_confirmation_is_found(self, booth: RecordedBooth) -> None:
        booth.claim("r-3", 4, bay="bay-1", locker=1)
        booth.sql("UPDATE redemptions SET attempt = 1 WHERE id = 'r-3'")
        booth.order("r-3/1", BOARD_0, "done", redemption="r-3")
        booth.pulse(BOARD_0)
        booth.answer("r-3", "loaded", "take")
        booth.prompt("r-3")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "r-3 ordered a pulse before anyone had confirmed it" in finding.what

    @pytest.mark.parametrize("number", ["r-2", "r-2/9", "r-2/x", "r-1/2"])
    def test_an_actuation_that_is_no_attempt_is_found(
        self, booth: RecordedBooth, number: str
    ) -> None:
        booth.sql("UPDATE actuations SET id = ? WHERE id = 'r-2/2'", number)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "is no attempt of redemption r-2" in finding.what

    def test_an_override_by_nobody_is_found(self, booth: RecordedBooth) -> None:
        booth.order("override-3", BOARD_2, "failed", actor="boxd", reason="felt like it")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "override-3 names no person" in finding.what

    def test_an_override_without_a_reason_is_found(self, booth: RecordedBooth) -> None:
        booth.order("override-3", BOARD_2, "failed", actor="ann", reason=" ")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "override-3 gives no reason" in finding.what

    def test_a_latch_that_rises_without_bytes_is_found(self, booth: RecordedBooth) -> None:
        booth.see("latch", BOARD_2, level=1)
        booth.see("latch", BOARD_2, level=0)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.CAUSED
        assert "latch rose without an order on the wire" in finding.what


class TestRestartsOfATouchSensor:
    """A person may order one in a device test, and the board pulses its latch for a second."""

    def restart(self, booth: RecordedBooth) -> None:
        booth.see("bytes", BOARD_0, bytes="f07d7001f7")
        booth.see("latch", BOARD_0, level=1)
        booth.see("latch", BOARD_0, after_s=1.02, level=0)

    def test_one_that_a_person_ordered_is_accepted(self, booth: RecordedBooth) -> None:
        booth.tell("sensor.restart_ordered", actor="ann", detail={"latch": BOARD_0})
        self.restart(booth)
        assert booth.findings() == []

    def test_one_that_nobody_ordered_is_found(self, booth: RecordedBooth) -> None:
        self.restart(booth)
        found = {finding.invariant for finding in booth.findings()}
        assert found == {Invariant.ONE_PULSE, Invariant.FAIL_SAFE}

    def test_one_that_the_box_ordered_is_found(self, booth: RecordedBooth) -> None:
        booth.tell("sensor.restart_ordered", actor="boxd", detail={"latch": BOARD_0})
        self.restart(booth)
        assert Invariant.FAIL_SAFE in {finding.invariant for finding in booth.findings()}

    def test_a_second_one_of_one_order_is_found(self, booth: RecordedBooth) -> None:
        booth.tell("sensor.restart_ordered", actor="ann", detail={"latch": BOARD_0})
        self.restart(booth)
        booth.see("bytes", BOARD_0, bytes="f07d7001f7")
        finding = only(booth.findings())
        assert "f0 7d 70 01 f7: a reset" in finding.what


class TestOneActuationIsAtMostOnePulse:
    def test_two_pulses_of_one_actuation_are_found(self, booth: RecordedBooth) -> None:
        booth.pulse(BOARD_0)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.ONE_PULSE
        assert f"{BOARD_0} saw 2 pulses for 1 actuations" in finding.what
        assert any("r-1/1" in text for text in finding.evidence)

    def test_an_unknown_actuation_may_have_pulsed_once(self, booth: RecordedBooth) -> None:
        booth.pulse(BOARD_2)
        assert booth.findings() == []

    def test_an_unknown_actuation_that_was_repeated_is_found(self, booth: RecordedBooth) -> None:
        booth.pulse(BOARD_2)
        booth.pulse(BOARD_2)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.ONE_PULSE
        assert "saw 4 pulses for 3 actuations" in finding.what

    def test_a_repeated_order_to_a_deaf_board_is_found(self, booth: RecordedBooth) -> None:
        booth.see("bytes", BOARD_0, bytes=UNLOCK)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.ONE_PULSE
        assert "saw 2 unlock orders for 1 actuations" in finding.what

    def test_a_pulse_of_a_failed_actuation_is_found(self, booth: RecordedBooth) -> None:
        booth.forget_the_guards()
        booth.sql("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
        booth.sql("UPDATE actuations SET outcome = NULL, outcome_at = NULL WHERE id = 'override-2'")
        booth.pulse(BOARD_2)
        booth.pulse(BOARD_2)
        assert booth.findings() == []
        booth.sql(
            "UPDATE actuations SET outcome = 'failed', outcome_at = '' WHERE id = 'override-2'"
        )
        booth.tell("actuation.failed")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.ONE_PULSE
        assert any("override-2" in text and "failed" in text for text in finding.evidence)

    def test_an_actuation_done_without_a_pulse_is_found(self, booth: RecordedBooth) -> None:
        booth.order("override-3", BOARD_5, "done", actor="ann", reason="stuck")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.ONE_PULSE
        assert f"{BOARD_5} lacks 1 pulses of 1 actuations 'done'" in finding.what

    def test_a_pulse_sent_to_an_unplugged_board_may_be_lost(self, booth: RecordedBooth) -> None:
        booth.see("unplugged", BOARD_5)
        booth.order("override-3", BOARD_5, "done", actor="ann", reason="stuck")
        report = examine(booth.ledger, booth.trace)
        assert report.findings == []
        assert any(f"{BOARD_5} lacks 1 pulses" in note for note in report.notes)

    def test_a_copy_that_was_unplugged_excuses_nothing(self, booth: RecordedBooth) -> None:
        booth.see("unplugged", BOARD_5, copy=True)
        booth.order("override-3", BOARD_5, "done", actor="ann", reason="stuck")
        assert only(booth.findings()).invariant is Invariant.ONE_PULSE

    def test_an_order_left_without_outcome_is_found(self, booth: RecordedBooth) -> None:
        booth.answer("r-2", "jammed", "open", '{"remedy": "again"}')
        booth.order("r-2/3", BOARD_2, None, redemption="r-2")
        assert booth.findings() == []
        booth.come_to("r-2", "take")
        finding = only(booth.findings())
        assert finding.invariant is Invariant.ONE_PULSE
        assert "r-2/3 has no outcome, but its redemption is at stage take" in finding.what


class TestLatchesAreFailSafe:
    def energise(self, booth: RecordedBooth) -> None:
        """Begin the pulse that the day's unknown actuation may have had."""
        booth.see("bytes", BOARD_2, bytes=UNLOCK)
        booth.see("latch", BOARD_2, level=1)

    def test_a_latch_energised_too_long_is_found(self, booth: RecordedBooth) -> None:
        booth.pulse(BOARD_2, seconds=1.2)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.FAIL_SAFE
        assert f"{BOARD_2}'s latch was energised for 1.200 s" in finding.what
        assert len(finding.evidence) == 2

    @pytest.mark.parametrize(("hold_ms", "seconds"), [(3000, 4.2), (60_000, 11.2)])
    def test_what_is_made_to_be_held_has_a_limit_of_its_own(
        self, booth: RecordedBooth, hold_ms: int, seconds: float
    ) -> None:
        booth.see("bytes", BOARD_2, bytes=UNLOCK)
        booth.see("latch", BOARD_2, level=1, hold_ms=hold_ms)
        booth.see("latch", BOARD_2, level=0, after_s=seconds)
        assert f"energised for {seconds:.3f} s" in only(booth.findings()).what

    def test_a_strike_that_is_held_as_declared_is_none(self, booth: RecordedBooth) -> None:
        booth.see("bytes", BOARD_2, bytes=UNLOCK)
        booth.see("latch", BOARD_2, level=1, hold_ms=3000)
        booth.see("latch", BOARD_2, level=0, after_s=3.1)
        assert booth.findings() == []

    def test_what_else_happens_meanwhile_ends_no_pulse(self, booth: RecordedBooth) -> None:
        self.energise(booth)
        booth.see("lamp", BOARD_2, lamp="standby", lit=True, after_s=0.5)
        booth.see("latch", BOARD_2, level=0, after_s=0.75)
        assert "energised for 1.250 s" in only(booth.findings()).what

    def test_a_latch_that_was_never_released_is_found(self, booth: RecordedBooth) -> None:
        self.energise(booth)
        booth.see("lamp", BOARD_0, lamp="standby", lit=True, after_s=2)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.FAIL_SAFE
        assert "and still is" in finding.what

    def test_a_trace_that_ends_in_a_pulse_is_at_fault_only_at_rest(
        self, booth: RecordedBooth
    ) -> None:
        self.energise(booth)
        assert booth.findings() == []
        finding = only(booth.findings(at_rest=True))
        assert finding.invariant is Invariant.FAIL_SAFE
        assert "energised at the end" in finding.what

    def test_a_power_cut_ends_a_pulse(self, booth: RecordedBooth) -> None:
        self.energise(booth)
        booth.see("power", BOARD_2, after_s=0.5)
        assert booth.findings(at_rest=True) == []

    def test_hardware_that_was_down_for_long_was_not_energised(self, booth: RecordedBooth) -> None:
        self.energise(booth)
        booth.see("power", BOARD_0, after_s=30)
        booth.see("lamp", BOARD_0, lamp="standby", lit=True)
        booth.see("power", BOARD_2)
        assert booth.findings(at_rest=True) == []

    def test_a_late_power_up_hides_no_latch_that_others_saw_energised(
        self, booth: RecordedBooth
    ) -> None:
        self.energise(booth)
        booth.see("key", BOARD_0, key="1", touched=True, after_s=5)
        booth.see("power", BOARD_2)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.FAIL_SAFE
        assert "energised for 5" in finding.what

    @pytest.mark.parametrize(("seconds", "found"), [(0.1, 0), (1.4, 1)])
    def test_an_edge_that_is_written_down_late_has_its_own_time(
        self, booth: RecordedBooth, seconds: float, found: int
    ) -> None:
        self.energise(booth)
        rise = json.loads(booth.trace.read_text().splitlines()[-1])["t"]
        booth.see("power", BOARD_0, after_s=5)
        booth.write({"t": rise + seconds, "what": "latch", "device": BOARD_2, "level": 0})
        assert len(booth.findings(at_rest=True)) == found

    def test_a_clock_that_starts_anew_ends_a_pulse(self, booth: RecordedBooth) -> None:
        self.energise(booth)
        booth.write({"t": 3.0, "what": "power", "device": BOARD_0})
        booth.write({"t": 300.0, "what": "key", "device": BOARD_0, "key": "1", "touched": True})
        booth.write({"t": 301.0, "what": "power", "device": BOARD_2})
        assert booth.findings(at_rest=True) == []

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ("f07d7001f7", "a reset, which opens the door"),
            ("f07e7f0601f7", "no message of the board's table"),
            ("f07d20 02f7", "a lamp value other than 0 and 1"),
            ("f07d0101f7", "a type that is not in the board's table"),
            ("f07d2001", "no message of the board's table"),
            ("f07d5080f7", "a value that is no MIDI data byte"),
            ("903c40", "no message of the board's table"),
            ("f07d2001f7f07d7000f7", "f0 7d 70 00 f7: a reset"),
        ],
    )
    def test_bytes_outside_the_boards_table_are_found(
        self, booth: RecordedBooth, sent: str, words: str
    ) -> None:
        booth.see("bytes", BOARD_0, bytes=sent)
        finding = only(booth.findings())
        assert finding.invariant is Invariant.FAIL_SAFE
        assert words in finding.what

    def test_other_devices_may_be_sent_other_bytes(self, booth: RecordedBooth) -> None:
        booth.see("bytes", "Operator Pad", bytes="903C40")
        assert booth.findings() == []
