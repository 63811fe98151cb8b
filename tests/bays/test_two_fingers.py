"""Codes typed by two fingers count digit by digit on each kind of keypad, Enter included.

The next key goes down 10 to 40 ms before the last is let go. The patterns are made, not recorded:
their overlaps are the figures that were measured with people.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest

from boxd.bays.touches import IgnoredTouch, TouchFilter
from boxd.debounce import Debounce
from boxd.devices import Key, KeyTouch
from boxd.gpio.matrix import MatrixKeys, read
from boxd.i2c.expander_parts import ExpanderParts
from boxd.i2c.line import LOOK_EVERY_S
from boxd.i2c.mcp23017 import bit_of
from boxd.i2c.sections import PinExpander, TouchSensor
from boxd.i2c.touch_keys import ONE_LOOK_S, TouchKeys
from boxd.midi.codetv import ONE_SCAN_S
from tests.bays.parts import HandClock
from tests.gpio.test_matrix import KEYS, SCAN_S, scan_of

STUCK_S = 10.0
MEASURED_EVERY_S = 0.008
PAD_SCAN_S = 0.008
Stroke = tuple[Key, float, float]  # a key, when it goes down and when it comes up, in seconds


def strokes(code: str, seed: int) -> list[Stroke]:
    """A code and Enter, each key down before the last is up; a finger needs 60 ms to come back."""
    chance = random.Random(seed)
    typed: list[Stroke] = []
    for key in [*map(Key, code), Key.ENTER]:
        last_up = typed[-1][2] if typed else 1.0
        own_up = max((up for before, _, up in typed if before is key), default=0.0)
        down = max(last_up - chance.uniform(0.010, 0.040), own_up + 0.060)
        typed.append((key, down, down + chance.uniform(0.070, 0.120)))
    return typed


def events(typed: list[Stroke]) -> list[KeyTouch]:
    """The strokes as touches and releases in their order."""
    touches = [KeyTouch(key, True, down) for key, down, _ in typed]
    touches += [KeyTouch(key, False, up) for key, _, up in typed]
    return sorted(touches, key=lambda each: each.at)


def pad(typed: list[Stroke]) -> list[KeyTouch]:
    """A MIDI pad: every key by itself, at once."""
    return events(typed)


def tapping_pad(typed: list[Stroke]) -> list[KeyTouch]:
    """A pad that says nothing of releases: its touches end as they begin."""
    downs = [(key, at) for key, at, _ in typed]
    return [KeyTouch(key, touched, at) for key, at in downs for touched in (True, False)]


def capacitive(typed: list[Stroke]) -> list[KeyTouch]:
    """A CodeTV board: read every 8 ms as a whole, told in the order of the pads."""
    told: list[KeyTouch] = []
    known: set[Key] = set()
    for number in range(int(typed[-1][2] / PAD_SCAN_S) + 2):
        at = number * PAD_SCAN_S
        now = {key for key, down, up in typed if down <= at < up}
        told += [KeyTouch(key, key in now, at + 0.0002 * n) for n, key in enumerate(Key)
                 if (key in now) != (key in known)]  # fmt: skip
        known = now
    return told


def matrix(typed: list[Stroke]) -> list[KeyTouch]:
    """A matrix on pins: scanned every 5 ms, debounced for 20."""
    told: list[KeyTouch] = []
    keys = MatrixKeys(KEYS, 0.020, told.append)
    keys.rest(0.0)
    cells = {key: cell for cell, key in KEYS.items()}
    for number in range(int((typed[-1][2] + 0.1) / SCAN_S)):
        at = number * SCAN_S
        keys.take(read(scan_of({cells[key] for key, down, up in typed if down <= at < up})), at)
    return told


def contacts(typed: list[Stroke]) -> list[KeyTouch]:
    """Switches on pins, each debounced for 15 ms."""
    clock = HandClock()
    told: list[KeyTouch] = []
    level = dict.fromkeys(Key, False)
    followed = {
        key: Debounce(0.015, clock, partial(level.get, key), partial(_tell, told, key))
        for key in Key
    }
    for debounce in followed.values():
        debounce.look(False)
    clock.advance(0.5)
    told.clear()
    begun = clock.time()
    for touch in events(typed):
        clock.advance(begun + touch.at - clock.time())
        level[touch.key] = touch.touched
        followed[touch.key].edge(touch.touched, clock.time())
    clock.advance(0.5)
    return told


def touch_sensor(typed: list[Stroke]) -> list[KeyTouch]:
    """An MPR121: it says a touch after two measurements, and is looked at every 10 ms."""
    keys = {key: number for number, key in enumerate(Key)}
    section = TouchSensor(kind="mpr121", name="pad", keys=keys)
    parts = TouchKeys(section, lambda *_: None, lambda: None)
    told: list[KeyTouch] = []
    parts.keypad.subscribe(told.append)
    parts.begin(0.0)
    for at in looks(typed):
        down = held_at(typed, at - 2 * MEASURED_EVERY_S)
        parts.hear(sum(1 << keys[key] for key in down).to_bytes(2, "little"), at)
    return told


def expander(typed: list[Stroke]) -> list[KeyTouch]:
    """Switches on an MCP23017, debounced for 25 ms over looks of 10."""
    pins = [*(f"A{number}" for number in range(7)), *(f"B{number}" for number in range(5))]
    keys = dict(zip(Key, pins, strict=True))
    section = PinExpander.model_validate({"kind": "mcp23017", "name": "pins", "keys": keys})
    parts = ExpanderParts(section, lambda *_: None, lambda: None)
    assert parts.keypad is not None
    told: list[KeyTouch] = []
    parts.keypad.subscribe(told.append)
    parts.begin(0.0)
    for at in looks(typed):
        down = held_at(typed, at)
        levels = 0xFFFF & ~sum(bit_of(keys[key]) for key in down)
        parts.hear(levels.to_bytes(2, "little"), at)
    return told


def looks(typed: list[Stroke]) -> list[float]:
    """When an I2C bus is looked at, until some time after the last stroke."""
    return [n * LOOK_EVERY_S for n in range(int((typed[-1][2] + 0.2) / LOOK_EVERY_S))]


def held_at(typed: list[Stroke], at: float) -> set[Key]:
    return {key for key, down, up in typed if down <= at < up}


def _tell(told: list[KeyTouch], key: Key, touched: bool, at: float) -> None:
    told.append(KeyTouch(key, touched, at))


KINDS: dict[str, tuple[Callable[[list[Stroke]], list[KeyTouch]], float]] = {
    "MIDI pad": (pad, 0.0),
    "MIDI pad without releases": (tapping_pad, 0.0),
    "CodeTV board": (capacitive, ONE_SCAN_S),
    "matrix on pins": (matrix, 0.0),
    "switches on pins": (contacts, 0.0),
    "touch sensor on I2C": (touch_sensor, ONE_LOOK_S),
    "switches on an expander": (expander, 0.0),
}


def pressed(kind: str, typed: list[Stroke], *, held: Key | None = None) -> str:
    """What counts of the strokes, with a key held all the while."""
    device, one_scan_s = KINDS[kind]
    touches = TouchFilter(STUCK_S, one_scan_s)
    if held is not None:
        touches.take(KeyTouch(held, True, device(typed)[0].at - 0.5))
    results = [touches.take(touch) for touch in device(typed)]
    return " ".join(key for key in results if not isinstance(key, IgnoredTouch))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", KINDS)
def test_every_digit_counts_in_its_turn(kind: str, seed: int) -> None:
    code = "".join(random.Random(seed).choices("0123456789", k=8))
    assert pressed(kind, strokes(code, seed)) == " ".join([*code, "Enter"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_stuck_key_takes_no_other_along(kind: str) -> None:
    expected = " ".join([*"314159", "Enter"])
    assert pressed(kind, strokes("314159", 1), held=Key.DIGIT_8) == expected


@pytest.mark.parametrize("chatters_first", [True, False])
def test_a_pad_that_chatters_takes_none_of_its_scan_along(chatters_first: bool) -> None:
    touches = TouchFilter(STUCK_S, ONE_SCAN_S)
    for number in range(100):
        touches.take(KeyTouch(Key.DIGIT_5, number % 2 == 0, 1 + number * PAD_SCAN_S))
    at = 1 + 100 * PAD_SCAN_S
    two = [KeyTouch(Key.DIGIT_5, True, at), KeyTouch(Key.DIGIT_3, True, at)]
    results = {touch.key: touches.take(touch) for touch in (two if chatters_first else two[::-1])}
    assert results == {Key.DIGIT_5: IgnoredTouch.BOUNCED, Key.DIGIT_3: Key.DIGIT_3}


def test_a_finger_between_two_pads_is_one_key() -> None:
    between = [(Key.DIGIT_4, 1.0, 1.1), (Key.DIGIT_5, 1.0, 1.1), (Key.DIGIT_6, 1.3, 1.4)]
    assert pressed("CodeTV board", between) == "4 6"
    assert pressed("MIDI pad", between) == "4 5 6"


@pytest.mark.parametrize("kind", ["matrix on pins", "switches on pins"])
def test_keys_that_settle_together_count_as_they_went_down(kind: str) -> None:
    assert pressed(kind, [(Key.DIGIT_9, 1.0, 1.1), (Key.DIGIT_1, 1.006, 1.12)]) == "9 1"


def test_a_matrix_that_is_looked_at_late_keeps_the_order_of_its_keys() -> None:
    told: list[KeyTouch] = []
    keys = MatrixKeys(KEYS, 0.020, told.append)
    keys.rest(0.0)
    cells = {key: cell for cell, key in KEYS.items()}
    for held, at in (("9", 1.0), ("91", 1.005), ("91", 1.060)):
        keys.take(read(scan_of({cells[Key(key)] for key in held})), at)
    assert [touch.key for touch in told] == ["9", "1"]
