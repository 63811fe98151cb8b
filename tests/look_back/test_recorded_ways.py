"""The recorded ways open, and at each event show what the box wrote down at that time."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from boxd.config import load
from boxd.errors import BadInput
from boxd.look_back.files import as_json, read_look_backs
from boxd.look_back.instants import Source

HISTORIES = Path(__file__).parents[1] / "histories"
CONFIG = load(Path(__file__).parents[2] / "config" / "sim.toml")
# The names end in `.task.json` or `.issue.json` where it is no redemption.
REDEMPTIONS = sorted(file for file in HISTORIES.glob("*.json") if file.suffixes == [".json"])


def written(value: Any) -> str:
    """The stage that a recorded result of an activity has, wherever in it; "" for none."""
    if not isinstance(value, dict):
        return ""
    return str(value.get("stage") or written(value.get("standing")))


# A payload without data is null.
NULL = "bnVsbA=="


def stages(history: dict[str, Any]) -> dict[int, str]:
    """By event: the last stage that the ledger had told the workflow up to there."""
    found, last = {}, ""
    for event in history["events"]:
        marked = event.get("markerRecordedEventAttributes", {}).get("details", {})
        for payload in marked.get("result", {}).get("payloads", ()):
            last = written(json.loads(base64.b64decode(payload.get("data", NULL)))) or last
        found[int(event["eventId"])] = last
    return found


@pytest.mark.parametrize("file", REDEMPTIONS, ids=lambda file: file.stem)
async def test_each_event_shows_the_stage_that_the_ledger_had_told(file: Path) -> None:
    content = await asyncio.to_thread(file.read_bytes)
    (found,) = await read_look_backs(CONFIG, file.name, content)
    history = json.loads(content)
    told = stages(history)
    assert found.instants[-1].event == len(history["events"])
    assert {each.source for each in found.instants} == {Source.WORKFLOW}
    for each in found.instants:
        assert each.known == told[each.event], each
        assert bool(each.awaits or each.line) or each is found.instants[-1], each
    if digest := json.loads(base64.b64decode(started(history)))["digest"]:
        assert digest not in json.dumps(as_json(found))


def started(history: dict[str, Any]) -> str:
    attributes = history["events"][0]["workflowExecutionStartedEventAttributes"]
    return str(attributes["input"]["payloads"][0]["data"])


async def test_a_file_of_something_else_is_refused_with_what_can_be_opened() -> None:
    for content in (b"a shopping list", b"\x1f\x8b broken", b'{"instants": 5}', b'{"events": 3}'):
        with pytest.raises(BadInput, match=r"bundle|history"):
            await read_look_backs(CONFIG, "list.json", content)
