"""How samples become figures, and figures a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.figures import Figure, percentile, spread
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
