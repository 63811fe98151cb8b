"""What a matrix keypad's scans mean: keys, two keys at once, ghosts, bounces."""

from __future__ import annotations

import itertools
import random

import pytest

from boxd.devices import Key, KeyTouch
from boxd.gpio.matrix import Cell, MatrixKeys, read

LAYOUT = ("1 2 3", "4 5 6", "7 8 9", "Cancel 0 Enter")
KEYS = {
    (row, column): Key(word)
    for row, line in enumerate(LAYOUT)
    for column, word in enumerate(line.split())
}
CELLS = {key: cell for cell, key in KEYS.items()}
ROWS, COLUMNS = range(4), range(3)
SCAN_S = 0.005
SCANS_TO_COUNT = 4  # 20 ms


def scan_of(touched: set[Cell]) -> list[set[int]]:
    """What a keypad without diodes reads: every contact joins its row and column."""
    return [{column for column in COLUMNS if _joined(row, column, touched)} for row in ROWS]


def _joined(row: int, column: int, touched: set[Cell]) -> bool:
    rows, columns, grew = {row}, set[int](), True
    while grew:
        known = len(rows) + len(columns)
        columns |= {c for r, c in touched if r in rows}
        rows |= {r for r, c in touched if c in columns}
        grew = len(rows) + len(columns) > known
    return column in columns


class Fingers:
    """Fingers on the keypad, scanned as often as asked for; `told` is what counted."""

    def __init__(self, *held: str) -> None:
        self.touched = {CELLS[Key(key)] for key in held}
        self.told: list[tuple[str, bool]] = []
        self.times: list[float] = []
        self.now = 50.0
        self.keys = MatrixKeys(KEYS, 0.020, self._hear)

    def scan(self, times: int = SCANS_TO_COUNT + 2) -> None:
        for _ in range(times):
            self.keys.take(read(scan_of(self.touched)), self.now)
            self.now += SCAN_S

    def touch(self, *keys: str) -> None:
        self.touched |= {CELLS[Key(key)] for key in keys}

    def release(self, *keys: str) -> None:
        self.touched -= {CELLS[Key(key)] for key in keys}

    def _hear(self, touch: KeyTouch) -> None:
        self.told.append((str(touch.key), touch.touched))
        self.times.append(touch.at)


def idle_keypad() -> Fingers:
    fingers = Fingers()
    fingers.keys.rest(fingers.now)
    return fingers


@pytest.mark.parametrize("key", list(Key))
def test_each_key_is_told_when_touched_and_when_released(key: Key) -> None:
    fingers = idle_keypad()
    fingers.touch(key)
    fingers.scan()
    fingers.release(key)
    fingers.scan()
    assert fingers.told == [(key, True), (key, False)]
    assert fingers.keys.are_at_rest


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(Key, 2)))
def test_any_two_keys_at_once_are_both_told(first: Key, second: Key) -> None:
    fingers = idle_keypad()
    fingers.touch(first)
    fingers.scan()
    fingers.touch(second)
    fingers.scan()
    fingers.release(first)
    fingers.scan()
    fingers.release(second)
    fingers.scan()
    assert fingers.told == [(first, True), (second, True), (first, False), (second, False)]


def rectangles() -> list[tuple[Cell, ...]]:
    return [
        tuple(itertools.product(rows, columns))
        for rows in itertools.combinations(ROWS, 2)
        for columns in itertools.combinations(COLUMNS, 2)
    ]


@pytest.mark.parametrize("corners", rectangles())
def test_the_fourth_corner_of_a_rectangle_is_never_told(corners: tuple[Cell, ...]) -> None:
    for order in itertools.permutations(corners, 3):
        fingers = idle_keypad()
        for cell in order:
            fingers.touch(KEYS[cell])
            fingers.scan()
        for cell in order:
            fingers.release(KEYS[cell])
            fingers.scan()
        (ghost,) = set(corners) - set(order)
        assert KEYS[ghost] not in {key for key, _ in fingers.told}
        assert fingers.keys.are_at_rest


def test_a_third_corner_is_told_when_the_doubt_is_over() -> None:
    fingers = idle_keypad()
    fingers.touch("1", "2")
    fingers.scan()
    fingers.touch("4")  # 5 reads as closed too
    fingers.scan()
    assert fingers.told == [("1", True), ("2", True)]
    fingers.release("2")
    fingers.scan()
    assert fingers.told[2:] == [("2", False), ("4", True)]


def test_three_keys_that_make_no_rectangle_are_all_told() -> None:
    fingers = idle_keypad()
    fingers.touch("1", "5", "9")
    fingers.scan()
    assert set(fingers.told) == {("1", True), ("5", True), ("9", True)}


@pytest.mark.parametrize("seed", range(25))
def test_whatever_fingers_do_only_touched_keys_are_told(seed: int) -> None:
    chance = random.Random(seed)
    fingers = idle_keypad()
    for _ in range(100):
        key = chance.choice(list(Key))
        (fingers.release if CELLS[key] in fingers.touched else fingers.touch)(key)
        held = {KEYS[cell] for cell in fingers.touched}
        known = len(fingers.told)
        fingers.scan(chance.choice([1, 3, 8]))
        assert {key for key, touched in fingers.told[known:] if touched} <= held
    fingers.touched.clear()
    fingers.scan()
    assert fingers.keys.are_at_rest
    for key in Key:
        states = [touched for told, touched in fingers.told if told == key]
        assert states == [number % 2 == 0 for number in range(len(states))]


@pytest.mark.parametrize("seed", range(5))
def test_a_corner_that_bounces_lets_no_ghost_through(seed: int) -> None:
    """While a contact chatters, a scan may find any part of the rectangle."""
    chance = random.Random(seed)
    fingers = idle_keypad()
    for _ in range(400):
        rows = []
        for row in ROWS:  # the contact of key 1 differs from row to row
            touched = {CELLS[Key("2")], CELLS[Key("4")]}
            if chance.random() < 0.5:
                touched.add(CELLS[Key("1")])
            rows.append(scan_of(touched)[row])
        fingers.keys.take(read(rows), fingers.now)
        fingers.now += SCAN_S
    assert "5" not in {key for key, _ in fingers.told}


def test_five_bounces_are_one_touch() -> None:
    fingers = idle_keypad()
    for _ in range(5):
        fingers.touch("7")
        fingers.scan(1)
        fingers.release("7")
        fingers.scan(1)
    fingers.touch("7")
    began = fingers.now
    fingers.scan()
    assert fingers.told == [("7", True)]
    assert fingers.times == [began]


@pytest.mark.parametrize("scans", [1, 2, 3, 4, 5])
def test_a_touch_counts_once_it_has_lasted_long_enough(scans: int) -> None:
    fingers = idle_keypad()
    fingers.touch("3")
    fingers.scan(scans)
    fingers.release("3")
    fingers.scan()
    lasted_ms = (scans - 1) * 5
    assert fingers.told == ([("3", True), ("3", False)] if lasted_ms >= 20 else [])


def test_a_key_that_is_held_from_the_beginning_was_not_touched() -> None:
    fingers = Fingers("8")
    fingers.scan(100)
    assert fingers.told == []
    fingers.touch("9")
    fingers.scan()
    fingers.release("8", "9")
    fingers.scan()
    assert ("9", True) in fingers.told
    assert ("8", True) not in fingers.told
