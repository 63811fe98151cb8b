"""The schema of the lights: which show, a box's own patterns, and strips of lights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.config.values import Port, Section, Text
from boxd.lights.moments import LightMoment
from boxd.lights.pattern import STEP_FORM, StripEffect
from boxd.lights.shows import LightShow, ShowName, pattern_at, show_named

StepText = Annotated[
    str,
    Field(
        pattern=STEP_FORM.pattern,
        description="lamps and milliseconds, e.g. 'success+standby 120' or 'dark 80'; the lamps"
        " are standby, success and failure",
    ),
]


class PatternSection(Section):
    """A pattern of the box's own for one moment."""

    moment: LightMoment
    steps: tuple[StepText, ...]
    repeats: int | None = Field(default=None, ge=1, le=50)
    strip: StripEffect = StripEffect.LAMPS


class StripSection(Section):
    """A strip of lights that shows what a bay shows, behind a WLED controller."""

    bay: Text
    host: Text
    port: Port = 21324
    leds: int = Field(ge=1, le=490)
    brightness: int = Field(default=60, ge=1, le=100)


class Lights(Section):
    """What the lamps do at each moment, and optional strips of lights."""

    show: ShowName = ShowName.CLASSIC
    patterns: tuple[PatternSection, ...] = ()
    strips: tuple[StripSection, ...] = ()

    @property
    def in_effect(self) -> LightShow:
        """The show with the box's own patterns in it."""
        return self.with_show(self.show)

    def named(self, name: str) -> ShowName:
        """The show with this name, which an organiser chose; this file's if there is none."""
        return ShowName(name) if name in set(ShowName) else self.show

    def with_show(self, name: ShowName) -> LightShow:
        """A show with the box's own patterns in it."""
        own = {
            each.moment: pattern_at(each.moment, each.steps, each.repeats, each.strip)
            for each in self.patterns
        }
        return {**show_named(name), **own}
