"""One pattern: which lamps are lit, for how long, and what a strip of lights does meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, cycle, repeat

from boxd.devices import LampName

Lit = frozenset[LampName]
Step = tuple[Lit, int]
"""Which lamps are lit, and for how many milliseconds; 0 in a pattern of one step, which stays."""

NONE: Lit = frozenset()

STEP_FORM = re.compile(
    r"^(?:dark|(?:standby|success|failure)(?:\+(?:standby|success|failure)){0,2})(?: [0-9]{1,4})?$"
)
"""How a step is written: `success`, `success+standby 120`, `dark 80`."""


class StripEffect(StrEnum):
    """What a strip of lights does while a pattern is shown."""

    LAMPS = "lamps"  # the same as the lamps, in their colours
    BREATHE = "breathe"  # the pattern's colours, brighter and darker
    CHASE = "chase"  # a light that runs along the strip
    RAINBOW = "rainbow"  # every colour, turning


@dataclass(frozen=True)
class Pattern:
    """A named sequence of steps. One step is steady; `repeats` None means for ever."""

    name: str
    steps: tuple[Step, ...]
    repeats: int | None = None
    strip: StripEffect = StripEffect.LAMPS

    @property
    def is_steady(self) -> bool:
        """Whether nothing changes after the first step."""
        return self.repeats is None and len(self.steps) == 1

    @property
    def once_ms(self) -> int:
        """How long the steps take, once through."""
        return sum(milliseconds for _lit, milliseconds in self.steps)

    @property
    def lamps(self) -> Lit:
        """Every lamp that is lit at some time."""
        return frozenset().union(*(lit for lit, _milliseconds in self.steps))

    def play(self) -> Iterator[Step]:
        """The steps in the order in which they are shown."""
        if self.repeats is None:
            return cycle(self.steps)
        return chain.from_iterable(repeat(self.steps, self.repeats))

    def for_about(self, milliseconds: int) -> Pattern:
        """The same pattern, but it ends; one that ends by itself stays as it is."""
        if self.repeats is not None:
            return self
        if self.is_steady:
            return replace(self, steps=((self.steps[0][0], milliseconds),), repeats=1)
        return replace(self, repeats=max(1, milliseconds // self.once_ms))


def step_of(text: str) -> Step:
    """The step that is written as `text`, which has the form of a step."""
    names, _blank, milliseconds = text.partition(" ")
    lit = NONE if names == "dark" else frozenset(LampName(name) for name in names.split("+"))
    return lit, int(milliseconds or 0)


def step_text(step: Step) -> str:
    """A step as it is written."""
    lit, milliseconds = step
    names = "+".join(name.value for name in LampName if name in lit) or "dark"
    return f"{names} {milliseconds}" if milliseconds else names
