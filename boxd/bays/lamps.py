"""Lamp patterns as data, and the player that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, cycle, repeat

from boxd.devices import Lamp, LampName
from boxd.timers import Timer, Timers

Lit = frozenset[LampName]
Step = tuple[Lit, int]
"""Which lamps are lit, and for how many milliseconds."""

NONE: Lit = frozenset()
STANDBY: Lit = frozenset({LampName.STANDBY})
SUCCESS: Lit = frozenset({LampName.SUCCESS})
FAILURE: Lit = frozenset({LampName.FAILURE})
ALL: Lit = frozenset(LampName)


@dataclass(frozen=True)
class Pattern:
    """A named sequence of steps. One step is steady; `repeats` None means for ever."""

    name: str
    steps: tuple[Step, ...]
    repeats: int | None = None

    @property
    def is_steady(self) -> bool:
        """Whether nothing changes after the first step."""
        return self.repeats is None and len(self.steps) == 1

    def play(self) -> Iterator[Step]:
        """The steps in the order in which they are shown."""
        if self.repeats is None:
            return cycle(self.steps)
        return chain.from_iterable(repeat(self.steps, self.repeats))


DARK = Pattern("dark", ((NONE, 0),))
STARTING = Pattern("starting", ((STANDBY, 100), (NONE, 1900)))
READY = Pattern("ready", ((SUCCESS, 0),))
CHECKING = Pattern("checking", ((STANDBY, 0),))
LOAD = Pattern("load", ((STANDBY, 500), (NONE, 500)))
OPENING = Pattern("opening", ((SUCCESS, 120), (STANDBY, 120)))
OPEN = Pattern("open", ((SUCCESS, 250), (NONE, 250)))
ATTENTION = Pattern("attention", ((STANDBY, 250), (NONE, 250)))
REFUSED = Pattern("refused", ((FAILURE, 125), (NONE, 125)))
LOCKED_OUT = Pattern("locked_out", ((FAILURE, 0),))
OUT_OF_SERVICE = Pattern("out_of_service", ((FAILURE, 1000), (NONE, 1000)))

# Played over another pattern, which continues afterwards.
ECHO = Pattern("echo", ((SUCCESS | STANDBY, 70),), repeats=1)
ACCEPTED = Pattern("accepted", ((SUCCESS | STANDBY, 150), (NONE, 80)), repeats=3)
BLIP = Pattern("blip", ((FAILURE, 150),), repeats=1)
LOCKED_SIGN = Pattern("locked_sign", ((NONE, 80), (FAILURE, 80)), repeats=2)
REMINDER = Pattern("reminder", ((ALL, 150), (NONE, 150)), repeats=3)


class LampPlayer:
    """Shows one pattern at a time on the lamps of a bay; sends only changes."""

    def __init__(self, lamps: Mapping[LampName, Lamp], timers: Timers) -> None:
        self._lamps = lamps
        self._timers = timers
        self._sent: dict[LampName, bool] = {}
        self._pattern = DARK
        self._steps: Iterator[Step] = iter(())
        self._timer: Timer | None = None

    @property
    def current(self) -> str:
        """The name of the pattern that is shown, or continues after the one played over it."""
        return self._pattern.name

    def show(self, pattern: Pattern, first: Pattern | None = None) -> None:
        """Show `pattern`, after `first` if given; the first step is lit before this returns.

        A pattern that is shown already, or is next, keeps its rhythm.
        """
        if pattern == self._pattern and self._sent and first is None:
            return
        self._pattern = pattern
        self._begin(first or pattern)

    def play_over(self, pattern: Pattern) -> None:
        """Play a pattern that ends, at once, then continue with the present one."""
        self._begin(pattern)

    def stop(self) -> None:
        """Put all lamps out, for good."""
        self.show(DARK)

    def _begin(self, pattern: Pattern) -> None:
        self._cancel()
        self._steps = pattern.play()
        self._step(steady=pattern.is_steady)

    def _step(self, *, steady: bool = False) -> None:
        step = next(self._steps, None)
        if step is None:
            self._begin(self._pattern)
            return
        lit, milliseconds = step
        self._light(lit)
        self._timer = None if steady else self._later(milliseconds, self._step)

    def _later(self, milliseconds: int, callback: Callable[[], None]) -> Timer:
        return self._timers.call_later(milliseconds / 1000, callback)

    def _light(self, lit: Lit) -> None:
        for name, lamp in self._lamps.items():
            if self._sent.get(name) is not (name in lit):
                self._sent[name] = name in lit
                lamp.set(name in lit)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
