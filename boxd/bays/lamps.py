"""The player of the lamps of a bay: shows one pattern at a time, and sends only changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from boxd.devices import Lamp, LampName
from boxd.lights.pattern import NONE, Lit, Pattern, Step
from boxd.lights.strip_frame import Playing
from boxd.timers import Timer, Timers

DARK = Pattern("dark", ((NONE, 0),))


class LampPlayer:
    """Shows one pattern at a time on the lamps of a bay; sends only changes."""

    def __init__(self, lamps: Mapping[LampName, Lamp], timers: Timers) -> None:
        self._lamps = lamps
        self._timers = timers
        self._sent: dict[LampName, bool] = {}
        self._pattern = DARK
        self._playing = Playing(NONE, NONE, DARK.strip)
        self._steps: Iterator[Step] = iter(())
        self._timer: Timer | None = None

    @property
    def current(self) -> str:
        """The name of the pattern that is shown, or continues after the one played over it."""
        return self._pattern.name

    @property
    def playing(self) -> Playing:
        """What is lit now, with what is played over the pattern."""
        return self._playing

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
        self._playing = Playing(NONE, pattern.lamps, pattern.strip)
        self._step(steady=pattern.is_steady)

    def _step(self, *, steady: bool = False) -> None:
        step = next(self._steps, None)
        if step is None:
            self._begin(self._pattern)
            return
        lit, milliseconds = step
        self._light(lit)
        self._playing = replace(self._playing, lit=lit)
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
