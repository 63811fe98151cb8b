"""The status line of `systemctl status boxd`: the HUD's snapshot in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


def status_line(snapshot: Json) -> str:
    """Whether the box is ready, or why not; what is open; what is missing, and since when."""
    return "; ".join(_parts(snapshot))


def _parts(snapshot: Json) -> Iterator[str]:
    health = snapshot["health"]
    state = str(health["state"]).replace("_", " ")
    yield f"{state}: {health['why']}" if health["why"] else state
    if is_open := sum(locker["state"] == "taken" for locker in snapshot["lockers"]):
        yield _counted(is_open, "redemption") + " open"
    for device in snapshot["devices"]:
        if device["state"] == "unreachable":
            yield f"{device['name']} unreachable since {_time(device['since'], snapshot['at'])}"
    if alarms := snapshot["alarms"]:
        yield _counted(len(alarms), "alarm")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _time(moment: str, now: str) -> str:
    """A time on this machine's clock; with the date if it is not today."""
    local, today = datetime.fromisoformat(moment).astimezone(), datetime.fromisoformat(now)
    same_day = local.date() == today.astimezone().date()
    return f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%d %H:%M}"
