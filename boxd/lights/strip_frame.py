"""One picture of a strip of lights: the colour of each of its lights at one moment."""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass
from typing import assert_never

from boxd.devices import LampName
from boxd.lights.pattern import Lit, StripEffect

Colour = tuple[int, int, int]
"""Red, green and blue, each from 0 to 255."""

BLACK: Colour = (0, 0, 0)
COLOURS: dict[LampName, Colour] = {
    LampName.STANDBY: (255, 140, 0),
    LampName.SUCCESS: (0, 255, 40),
    LampName.FAILURE: (255, 0, 0),
}
TURN_S = 1.6  # a chase or a rainbow, once along the strip
BREATH_S = 3.2


@dataclass(frozen=True)
class Playing:
    """What a bay shows now: the lamps that are lit, and those of the whole pattern."""

    lit: Lit
    lamps: Lit
    effect: StripEffect


def frame(playing: Playing, at_s: float, leds: int, brightness: float) -> bytes:
    """The strip at a time, three bytes a light. `brightness` is a share of the full one."""
    colours = _colours(playing, at_s, leds)
    return bytes(round(part * brightness) for colour in colours for part in colour)


def _colours(playing: Playing, at_s: float, leds: int) -> list[Colour]:
    match playing.effect:
        case StripEffect.LAMPS:
            return _shared_out(playing.lit, leds)
        case StripEffect.BREATHE:
            share = 0.15 + 0.85 * (1 - math.cos(2 * math.pi * at_s / BREATH_S)) / 2
            return [_dimmed(colour, share) for colour in _shared_out(playing.lamps, leds)]
        case StripEffect.CHASE:
            return _chase(playing.lamps, at_s, leds)
        case StripEffect.RAINBOW:
            return [_hue(led / leds - at_s / TURN_S) for led in range(leds)]
        case _:
            assert_never(playing.effect)


def _shared_out(lamps: Lit, leds: int) -> list[Colour]:
    """The strip in as many parts as lamps are lit."""
    colours = [COLOURS[name] for name in LampName if name in lamps] or [BLACK]
    return [colours[led * len(colours) // leds] for led in range(leds)]


def _chase(lamps: Lit, at_s: float, leds: int) -> list[Colour]:
    """A tail of a third of the strip, once along it in each turn."""
    head = at_s / TURN_S % 1
    colours = _shared_out(lamps, leds)
    return [
        _dimmed(colour, max(0.0, 1 - 3 * ((head - led / leds) % 1)))
        for led, colour in enumerate(colours)
    ]


def _dimmed(colour: Colour, share: float) -> Colour:
    red, green, blue = colour
    return round(red * share), round(green * share), round(blue * share)


def _hue(turn: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(turn % 1, 1.0, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)
