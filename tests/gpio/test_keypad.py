"""A matrix keypad on pins: its keys, its ghosts, and what it costs while nobody touches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from boxd.devices import Key
from tests.gpio.booth import SETTLED_S, Booth, gpio_device, only_on_simulated_pins, running
from tests.midi.waiting import until

pytestmark = only_on_simulated_pins  # its contacts join pins

ROWS, COLUMNS = (2, 3, 4, 14), (15, 22, 23)
LAYOUT = ("1 2 3", "4 5 6", "7 8 9", "Cancel 0 Enter")
MATRIX = {"rows": ROWS, "columns": COLUMNS, "layout": LAYOUT}
CONTACTS = {
    key: (ROWS[row], COLUMNS[column])
    for row, line in enumerate(LAYOUT)
    for column, key in enumerate(line.split())
}


@pytest_asyncio.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with running(tmp_path, gpio_device(matrix=MATRIX)) as made:
        yield made


async def touch(booth: Booth, key: str) -> None:
    """Touch a key and wait until that counts."""
    booth.memory.connect(*CONTACTS[key])
    await until(lambda: (key, True) in booth.keys)


async def release(booth: Booth, key: str) -> None:
    booth.memory.disconnect(*CONTACTS[key])
    await until(lambda: booth.keys[-1:] == [(key, False)])


@pytest.mark.parametrize("key", list(Key))
async def test_each_key_is_told_by_its_name(booth: Booth, key: Key) -> None:
    await touch(booth, key)
    await release(booth, key)
    assert booth.keys == [(key, True), (key, False)]


@pytest.mark.parametrize("second", ["2", "4", "5"])  # in its row, in its column, in neither
async def test_two_keys_at_once_are_both_told(booth: Booth, second: str) -> None:
    await touch(booth, "1")
    await touch(booth, second)
    await release(booth, "1")
    await release(booth, second)
    assert booth.keys == [("1", True), (second, True), ("1", False), (second, False)]


async def test_the_fourth_corner_of_a_rectangle_is_never_told(booth: Booth) -> None:
    await touch(booth, "1")
    await touch(booth, "2")
    booth.memory.connect(*CONTACTS["4"])
    await asyncio.sleep(4 * SETTLED_S)
    assert booth.keys == [("1", True), ("2", True)]
    booth.memory.disconnect(*CONTACTS["2"])
    await until(lambda: {("2", False), ("4", True)} <= set(booth.keys))
    await release(booth, "1")
    await release(booth, "4")
    assert "5" not in {key for key, _ in booth.keys}


async def test_bounces_of_a_key_are_one_touch(booth: Booth) -> None:
    for _ in range(5):
        booth.memory.connect(*CONTACTS["7"])
        await asyncio.sleep(0.002)
        booth.memory.disconnect(*CONTACTS["7"])
        await asyncio.sleep(0.002)
    await touch(booth, "7")
    await release(booth, "7")
    assert booth.keys == [("7", True), ("7", False)]


async def test_a_short_contact_is_no_touch(booth: Booth) -> None:
    for _ in range(10):
        booth.memory.connect(*CONTACTS["9"])
        await asyncio.sleep(0.008)
        booth.memory.disconnect(*CONTACTS["9"])
        await asyncio.sleep(0.012)
    await asyncio.sleep(SETTLED_S)
    assert booth.keys == []


async def test_nothing_is_scanned_while_nothing_is_touched(booth: Booth) -> None:
    await touch(booth, "3")
    await release(booth, "3")
    await until(lambda: all(booth.memory.is_output(row) for row in ROWS))
    quiet = booth.memory.edges()[1]
    await asyncio.sleep(0.3)
    assert booth.memory.edges()[1] == quiet


async def test_only_one_row_is_driven_while_a_key_is_held(booth: Booth) -> None:
    await touch(booth, "5")
    for _ in range(200):
        assert sum(booth.memory.is_output(row) for row in ROWS) <= 1
        await asyncio.sleep(0.0007)


async def test_a_key_that_is_held_when_the_watching_begins_was_not_touched(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(matrix=MATRIX)) as before:
        before.memory.connect(*CONTACTS["8"])
    async with running(tmp_path, gpio_device(matrix=MATRIX)) as booth:
        await asyncio.sleep(4 * SETTLED_S)
        assert booth.keys == []
        await release(booth, "8")
        await touch(booth, "8")


async def test_a_touch_that_no_edge_told_of_is_found_by_a_look(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxd.gpio.pin_memory_factory.MemoryPin.heard", lambda _pin, _edge: None)
    await touch(booth, "6")
    await release(booth, "6")
