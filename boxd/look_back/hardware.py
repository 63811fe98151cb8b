"""What a hardware trace says of lamps, doors, latches and keys. Plain functions.

Which digits were typed is in a trace, and never in what comes out of here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]
_MOST_BYTES = 32 * 1024 * 1024  # a day of a busy box
# A trace outlives a boot, and the monotonic clock does not. Edges are late by milliseconds.
_OTHER_BOOT_S = 60.0


@dataclass(frozen=True)
class HardwareState:
    """The whole box's parts at an instant, by device; doors by locker.

    `lamps` are those that are lit, `latches` those that have power, `keys` how many are touched.
    """

    lamps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doors: Mapping[str, str] = field(default_factory=dict)
    latches: Mapping[str, bool] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)


def read_trace(file: Path) -> list[Line]:
    """The lines of this boot, oldest first; none where no simulated hardware wrote a trace."""
    try:
        with file.open("rb") as trace:
            size = trace.seek(0, 2)
            trace.seek(max(0, size - _MOST_BYTES))
            lines = trace.read().splitlines()[1 if size > _MOST_BYTES else 0 :]
    except FileNotFoundError:
        return []
    found: list[Line] = []
    for line in _parsed(lines):
        if found and line["t"] < found[-1]["t"] - _OTHER_BOOT_S:
            found = []
        found.append(line)
    return sorted(found, key=lambda each: float(each["t"]))


def _parsed(lines: Iterable[bytes]) -> Iterator[Line]:
    for text in lines:
        try:
            line = json.loads(text)
        except ValueError:
            continue  # the last line while it is written
        if isinstance(line, dict) and isinstance(line.get("t"), int | float):
            yield line


def after(state: HardwareState, line: Line) -> HardwareState:
    """The state after a line of the trace."""
    device = str(line.get("device", ""))
    match line.get("what"):
        case "lamp":
            lit = set(state.lamps.get(device, ())) - {str(line["lamp"])}
            lit |= {str(line["lamp"])} if line["lit"] else set()
            return replace(state, lamps={**state.lamps, device: tuple(sorted(lit))})
        case "door":
            return replace(state, doors={**state.doors, str(line["door"]): str(line["state"])})
        case "latch":
            return replace(state, latches={**state.latches, device: bool(line["level"])})
        case "key":
            touched = max(0, state.keys.get(device, 0) + (1 if line["touched"] else -1))
            return replace(state, keys={**state.keys, device: touched})
        case "power":
            lamps = {**state.lamps, device: ()} if device in state.lamps else state.lamps
            keys = {**state.keys, device: 0} if device in state.keys else state.keys
            return replace(state, lamps=lamps, keys=keys)
    return state


def in_words(line: Line) -> str:
    """What happened, without digits; empty for a line that shows nobody anything."""
    device = line.get("device", "")
    match line.get("what"):
        case "lamp":
            return f"{device}: lamp {line['lamp']} {'on' if line['lit'] else 'off'}"
        case "door":
            return f"door {line['door']} {line['state']}"
        case "latch":
            return f"latch {device} {'on' if line['level'] else 'off'}"
        case "key":
            key = "a digit" if str(line["key"]).isdigit() else line["key"]
            return f"{device}: {key} {'touched' if line['touched'] else 'let go'}"
        case "scan":
            return f"{device}: a code was scanned"
        case "power" | "plugged" | "unplugged":
            return f"{device}: {line['what']}"
    return ""
