"""The light shows to choose from: files of patterns in `shows/`, and what a box adds to one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from boxd.lights.moments import RULES, LightMoment
from boxd.lights.pattern import Pattern, StripEffect, step_of
from boxd.words import N_

LightShow = Mapping[LightMoment, Pattern]
"""A pattern for every moment."""

_FILES = Path(__file__).parent / "shows"


class ShowName(StrEnum):
    """The shows that come with boxd."""

    CLASSIC = "classic"
    PARTY = "party"
    CALM = "calm"


TITLE: Mapping[ShowName, str] = {
    ShowName.CLASSIC: N_("Classic"),
    ShowName.PARTY: N_("Party"),
    ShowName.CALM: N_("Calm"),
}

ABOUT: Mapping[ShowName, str] = {
    ShowName.CLASSIC: N_("Clear signs, and a flourish when the locker opens."),
    ShowName.PARTY: N_("Fast, with long flourishes: for a loud hall."),
    ShowName.CALM: N_("Slow and quiet: for a library, or a booth beside a stage."),
}


ABOUT_MOMENT: Mapping[LightMoment, str] = {
    LightMoment.STARTING: N_("The box starts"),
    LightMoment.READY: N_("Ready for a code"),
    LightMoment.CHECKING: N_("A code is being checked"),
    LightMoment.LOAD: N_("A locker is being loaded"),
    LightMoment.OPENING: N_("The latch moves"),
    LightMoment.OPEN: N_("The prize can be taken"),
    LightMoment.ATTENTION: N_("The operator is needed"),
    LightMoment.REFUSED: N_("A code is refused"),
    LightMoment.LOCKED_OUT: N_("Locked after wrong codes"),
    LightMoment.OUT_OF_SERVICE: N_("Out of service"),
    LightMoment.ECHO: N_("A digit was typed"),
    LightMoment.ACCEPTED: N_("A code is accepted"),
    LightMoment.OPENED: N_("The locker has opened"),
    LightMoment.GIVEN: N_("The prize was taken"),
    LightMoment.BLIP: N_("A key that does nothing"),
    LightMoment.LOCKED_SIGN: N_("A key while the keypad is locked"),
    LightMoment.REMINDER: N_("No one has come yet"),
}


def pattern_at(
    moment: LightMoment,
    steps: Iterable[str],
    repeats: int | None = None,
    strip: StripEffect = StripEffect.LAMPS,
) -> Pattern:
    """The pattern of a moment from its steps as they are written; played once if it has to end."""
    if RULES[moment].ends_within_ms is not None:
        repeats = repeats or 1
    return Pattern(moment.value, tuple(step_of(text) for text in steps), repeats, strip)


@cache
def show_named(name: ShowName) -> LightShow:
    """A show that comes with boxd; the moments that its file leaves out are those of `classic`."""
    found = tomllib.loads((_FILES / f"{name.value}.toml").read_text(encoding="utf-8"))
    own = {LightMoment(moment): _read(LightMoment(moment), each) for moment, each in found.items()}
    return own if name is ShowName.CLASSIC else {**show_named(ShowName.CLASSIC), **own}


def _read(moment: LightMoment, written: Mapping[str, Any]) -> Pattern:
    effect = StripEffect(written.get("strip", StripEffect.LAMPS))
    return pattern_at(moment, written["steps"], written.get("repeats"), effect)
