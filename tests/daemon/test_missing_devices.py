"""A bay without its keypad or lamps is out of service, and says what it lacks."""

from __future__ import annotations

from pathlib import Path

from tests.api.live_box import Json, configured, live_box


def shown(snapshot: Json, bay: str) -> tuple[str, str]:
    found = next(each for each in snapshot["bays"] if each["id"] == bay)
    return found["state"], found["text"]


async def test_a_bay_whose_board_is_away_is_out_of_service_until_it_is_back(tmp_path: Path) -> None:
    async with live_box(configured(tmp_path)) as box:
        box.front.unplug("board-1")
        missed = await box.until_shown(lambda each: shown(each, "bay-2")[0] == "out_of_service")
        assert shown(missed, "bay-2")[1] == (
            'Out of service: board-1 is unreachable: "CodeTV Board 1" isn\'t connected; check its'
            " cable"
        )
        assert shown(missed, "bay-1")[0] == "ready"

        box.front.replug("board-1")
        await box.until_shown(lambda each: shown(each, "bay-2")[0] == "ready")
