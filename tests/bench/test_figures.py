"""How samples become figures, and figures a document."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.attempting import attempt
from bench.box import ROOT, Box
from bench.figures import Figure, percentile, spread
from bench.redeeming import Hand
from bench.report import write
from bench.trace import Trace, key, sent


def test_the_99th_percentile_is_a_sample_that_99_of_100_do_not_exceed() -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], 99) == 99


def test_one_sample_is_its_own_spread() -> None:
    assert (spread([0.5]).p50, spread([0.5]).p99, spread([0.5]).count) == (0.5, 0.5, 1)


def test_the_document_gets_the_table_between_its_marks_and_keeps_the_rest(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text("Head\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nTail\n")
    write(document, [Figure("a start", "under 2 s", "1.5 s", "", reached=True)], ["a note"])
    text = document.read_text()
    assert text.startswith("Head\n") and text.endswith("<!-- measured: end -->\nTail\n")
    assert "| a start | under 2 s | 1.5 s |  | reached |" in text
    assert "- a note" in text and "old" not in text


def test_a_document_without_marks_is_not_written(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text("Mine\n")
    with pytest.raises(ValueError, match="put them back"):
        write(document, [], [])
    assert document.read_text() == "Mine\n"


def test_a_trace_begins_where_it_is_opened_and_waits_for_whole_lines(tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    touched = {"t": 1.0, "what": "key", "device": "d", "key": "Enter", "touched": True}
    lit = {"t": 1.5, "what": "bytes", "device": "d", "bytes": "f0"}
    file.write_text(json.dumps(touched) + "\n")
    trace = Trace(file)
    with file.open("a") as stream:
        stream.write(json.dumps(lit)[:10])
        stream.flush()
        assert trace.records() == []
        stream.write(json.dumps(lit)[10:] + "\n")
    assert trace.wait("a lamp", sent("d", "f0", since=1.2))["t"] == 1.5
    assert trace.find(key("d", "Enter")) is None
    trace.close()


def test_a_part_that_breaks_off_has_told_what_it_had_and_takes_no_other_with_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def breaks_off() -> Iterator[Figure]:
        yield Figure("a start", "under 2 s", "1.5 s", "", reached=True)
        raise TimeoutError("not within 20 s: a verdict")

    told = [*attempt("starts", breaks_off), *attempt("claims", lambda: [Figure("x", "", "1 s")])]

    assert [each.mark for each in told] == ["reached", "failed", ""]
    assert told[1].measured == "TimeoutError: not within 20 s: a verdict"
    assert "in breaks_off" in capsys.readouterr().err


def test_a_part_that_nobody_knows_is_refused_with_those_that_there_are() -> None:
    asked = [sys.executable, "-m", "bench", "--only", "lattices"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=ROOT)
    assert said.returncode == 2
    assert "'latencies'" in said.stderr


def test_a_digit_that_is_lost_is_typed_again(tmp_path: Path) -> None:
    """Keys that a board does not send, as under load, are no reason to press Enter too early."""
    box = Box(tmp_path / "box")
    try:
        box.start_and_wait()
        hand = Forgetful(box)
        hand.redeem(box.issue_codes(1)[0])
        hand.close()
        assert hand.forgotten == 3
    finally:
        box.close()


class Forgetful(Hand):
    """A hand whose every third tap on a digit does not arrive, up to three."""

    forgotten = 0
    taps = 0

    def _tap(self, device: str, key: str) -> None:
        self.taps += key.isdigit()
        if key.isdigit() and self.taps % 3 == 0 and self.forgotten < 3:
            self.forgotten += 1
        else:
            super()._tap(device, key)
