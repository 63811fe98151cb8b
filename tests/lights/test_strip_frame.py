"""A strip has a colour for each of its lights, whatever is played."""

from __future__ import annotations

import pytest

from boxd.devices import LampName
from boxd.lights.pattern import NONE, StripEffect
from boxd.lights.strip_frame import COLOURS, Playing, frame

GREEN = frozenset({LampName.SUCCESS})
BOTH = frozenset({LampName.SUCCESS, LampName.STANDBY})


def lights(playing: Playing, at_s: float = 0.0, leds: int = 6) -> list[tuple[int, ...]]:
    picture = frame(playing, at_s, leds, 1.0)
    return [tuple(picture[at : at + 3]) for at in range(0, len(picture), 3)]


def test_the_strip_has_the_colour_of_the_lamp_that_is_lit() -> None:
    assert lights(Playing(GREEN, BOTH, StripEffect.LAMPS)) == [COLOURS[LampName.SUCCESS]] * 6
    assert lights(Playing(NONE, BOTH, StripEffect.LAMPS)) == [(0, 0, 0)] * 6


def test_two_lamps_share_the_strip() -> None:
    shown = lights(Playing(BOTH, BOTH, StripEffect.LAMPS))
    assert shown == [COLOURS[LampName.STANDBY]] * 3 + [COLOURS[LampName.SUCCESS]] * 3


@pytest.mark.parametrize("effect", [StripEffect.BREATHE, StripEffect.CHASE, StripEffect.RAINBOW])
def test_an_effect_moves(effect: StripEffect) -> None:
    playing = Playing(GREEN, GREEN, effect)
    assert lights(playing, 0.1) != lights(playing, 0.5)


@pytest.mark.parametrize("effect", StripEffect)
@pytest.mark.parametrize("leds", [1, 7, 490])
def test_every_light_has_three_bytes_that_are_no_brighter_than_allowed(
    effect: StripEffect, leds: int
) -> None:
    for lit in (NONE, GREEN, BOTH):
        picture = frame(Playing(lit, lit, effect), 1234.567, leds, 0.5)
        assert len(picture) == 3 * leds
        assert max(picture) <= 128
