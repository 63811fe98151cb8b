"""The line that `systemctl status boxd` shows."""

from __future__ import annotations

from typing import Any

import pytest

from boxd.service.status_line import status_line


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    import time

    time.tzset()


def snapshot(**changes: Any) -> dict[str, Any]:
    return {
        "at": "2026-05-02T10:30:00.000Z",
        "health": {"state": "ready", "why": ""},
        "lockers": [{"state": "free"}],
        "devices": [{"name": "board-0", "state": "ready", "since": "2026-05-02T09:00:00.000Z"}],
        "alarms": [],
    } | changes


def missing(name: str, since: str) -> dict[str, str]:
    return {"name": name, "state": "unreachable", "since": since}


def test_a_box_that_has_nothing_to_say_is_ready() -> None:
    assert status_line(snapshot()) == "ready"


def test_open_redemptions_missing_devices_and_alarms_are_told() -> None:
    shown = snapshot(
        lockers=[{"state": "taken"}, {"state": "taken"}, {"state": "out_of_service"}],
        devices=[
            missing("board-0", "2026-05-02T10:02:00.000Z"),
            missing("door-pad", "2026-04-30T10:02:00.000Z"),
        ],
        alarms=[{}],
    )

    assert status_line(shown) == (
        "ready; 2 redemptions open; board-0 unreachable since 12:02;"
        " door-pad unreachable since 2026-04-30 12:02; 1 alarm"
    )


def test_a_box_out_of_service_says_why_first() -> None:
    health = {"state": "out_of_service", "why": "the ledger can't be used: disk full"}
    shown = snapshot(health=health, lockers=[{"state": "taken"}])

    assert status_line(shown) == (
        "out of service: the ledger can't be used: disk full; 1 redemption open"
    )
