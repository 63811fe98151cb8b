"""A scanner beside a bay's keypad, on a whole box: from the pipe with events to the claim."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from boxd.config import load
from boxd.ledger.check_digit import check_digit
from boxd.ledger.scanned_code import text_to_scan
from tests.api.live_box import SIMULATION, LiveBox, live_box
from tests.midi.waiting import until_keys_are_new
from tests.temporal.conftest import until

SCANNER = """
[[devices]]
kind = "hid"
name = "scanner"
port = "/dev/input/by-id/usb-Scanner-event-kbd"
"""


@dataclass
class Reader:
    """The box, and what is held before its scanner."""

    box: LiveBox
    tcp: httpx.AsyncClient

    async def scan(self, text: str) -> None:
        answer = await self.tcp.post("/sim/api/readers/scanner/scan", json={"text": text})
        assert answer.status_code == 200

    def actions(self) -> list[str]:
        return [row["action"] for row in self.box.trail()]


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    text = SIMULATION.read_text(encoding="utf-8").replace("../var/sim", str(tmp_path / "state"))
    bay = 'keypad = "board-0"\n'
    file = tmp_path / "boxd.toml"
    file.write_text(text.replace(bay, f'{bay}reader = "scanner"\n', 1) + SCANNER)
    async with live_box(load(file)) as box:
        transport = httpx.ASGITransport(box.application().for_tcp())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:4321") as tcp:
            await until_keys_are_new()
            yield Reader(box, tcp)


async def test_what_the_phone_shows_is_claimed_as_if_typed(reader: Reader) -> None:
    reader.box.receive("mug", 3)
    code = str(reader.box.issue("mug")["code"])
    await reader.scan(text_to_scan(code))
    prompts = (await reader.box.until_shown(lambda shown: shown["prompts"]))["prompts"]
    assert (prompts[0]["bay"], prompts[0]["stage"]) == ("bay-1", "load")


async def test_goods_and_links_lock_nobody_out(reader: Reader) -> None:
    bay = reader.box.parts.bays["bay-1"]
    for number in range(20):
        await reader.scan(f"40063813339{number:02}")
    await until(lambda: bay.view().last is not None, "the word at the HUD")
    assert "none of this box's codes" in str(bay.view().last)
    assert bay.view().locked_for_s == 0
    assert not [action for action in reader.actions() if action.startswith("claim")]


async def test_guesses_in_our_form_lock_the_keypad_like_typed_ones(reader: Reader) -> None:
    bay, seen = reader.box.parts.bays["bay-1"], None
    for guess in range(1, 6):
        await reader.scan(text_to_scan(_well_formed(f"{guess}0000000")))
        await until(lambda: bay.view().last != seen, "the verdict")  # noqa: B023
        seen = bay.view().last
    assert "keypad.locked" in reader.actions()


def _well_formed(code: str) -> str:
    return code[:-1] + check_digit(code[:-1])
