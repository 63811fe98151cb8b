"""Three sources in one order of time: what each said is shown from its instant on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from boxd.look_back.files import as_json
from boxd.look_back.hardware import read_trace
from boxd.look_back.instants import LookBack, TimedTrace, instants
from boxd.workflows.time_machine import PastMoment

ZERO = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
LINES = (
    {"t": 1.0, "what": "door", "device": "front", "door": 1, "state": "closed"},
    {"t": 10.0, "what": "key", "device": "pad", "key": "7", "touched": True},
    {"t": 10.1, "what": "key", "device": "pad", "key": "7", "touched": False},
    {"t": 11.2, "what": "lamp", "device": "pad", "lamp": "success", "lit": True},
    {"t": 12.5, "what": "latch", "device": "pad.latch", "level": 1},
    {"t": 12.6, "what": "latch", "device": "pad.latch", "level": 0},
    {"t": 12.7, "what": "door", "device": "front", "door": 1, "state": "open"},
    {"t": 99.0, "what": "key", "device": "pad", "key": "Enter", "touched": True},
)


def row(second: float, action: str, **detail: str) -> dict[str, object]:
    at = (ZERO + timedelta(seconds=second)).isoformat()
    return {"at": at, "actor": "anna", "action": action, "cause": "", "detail": detail}


def moment(second: float, last: int, stage: str) -> PastMoment:
    at = (ZERO + timedelta(seconds=second)).isoformat()
    return PastMoment(last, at, (f"{last} something",), {"standing": {"stage": stage}}, "line")


def made() -> LookBack:
    rows = (row(11, "claim.accepted"), row(12, "redemption.loaded"), row(13, "opening.take"))
    moments = (moment(11.1, 7, "load"), moment(13.1, 15, "take"))
    trace = TimedTrace(LINES, ZERO, ZERO + timedelta(seconds=5), ZERO + timedelta(seconds=20))
    return LookBack("r-1", "box-1", instants(rows, moments, trace))


def test_each_source_is_shown_from_its_instant_on() -> None:
    found = made().instants
    assert [each.at for each in found] == sorted(each.at for each in found)
    assert [each.stage for each in found] == [""] * 2 + ["load"] * 3 + ["open"] * 4 + ["take"] * 2
    assert [each.event for each in found] == [0] * 3 + [7] * 7 + [15]
    assert found[3].awaits == ("cancelled", "declined", "loaded", "substituted")
    opened = next(each for each in found if each.what == "latch pad.latch on")
    assert opened.hardware.latches == {"pad.latch": True}
    assert opened.hardware.lamps == {"pad": ("success",)}


def test_what_was_before_the_redemption_is_where_it_starts_and_what_was_after_is_left_out() -> None:
    found = made().instants
    assert found[0].hardware.doors == {"1": "closed"}
    assert found[-1].hardware.doors == {"1": "open"}
    assert not any("Enter" in each.what for each in found)


def test_no_digit_of_a_key_is_in_it() -> None:
    found = made()
    assert [each.what for each in found.instants[:2]] == [
        "pad: a digit touched",
        "pad: a digit let go",
    ]
    assert '"7"' not in json.dumps(as_json(found))


def test_a_remedy_leads_where_the_rules_say() -> None:
    rows = (
        row(1, "claim.accepted"),
        row(2, "redemption.loaded"),
        row(3, "opening.jam"),
        row(4, "redemption.jammed", remedy="other_locker"),
        row(5, "redemption.declined"),
    )
    found = instants(rows, (), TimedTrace())
    assert [each.stage for each in found] == ["load", "open", "jam", "load", "declined"]


def test_a_trace_counts_from_its_last_boot_on_and_a_cut_line_is_none(tmp_path: Path) -> None:
    trace = tmp_path / "hardware-trace.jsonl"
    lines = [json.dumps({"t": t, "what": "power", "device": "pad"}) for t in (5000.0, 3.0, 4.0)]
    trace.write_text("\n".join(lines) + '\n{"t": 5.0, "wh', encoding="utf-8")
    assert [line["t"] for line in read_trace(trace)] == [3.0, 4.0]
    assert read_trace(tmp_path / "none.jsonl") == []
