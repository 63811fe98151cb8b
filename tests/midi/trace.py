"""Reading what simulated hardware saw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CODETV_LAMPS_OUT = ["f07d2000f7", "f07d3000f7", "f07d4000f7"]


def records(state_dir: Path, **wanted: object) -> list[dict[str, Any]]:
    """The records of the hardware trace that have all the wanted values, in order."""
    lines = (state_dir / "hardware-trace.jsonl").read_text().splitlines()
    return [
        record
        for record in map(json.loads, lines)
        if all(record.get(name) == value for name, value in wanted.items())
    ]


def bytes_to(state_dir: Path, device: str) -> list[str]:
    """What a device received from the host, in hexadecimal."""
    return [record["bytes"] for record in records(state_dir, what="bytes", device=device)]
