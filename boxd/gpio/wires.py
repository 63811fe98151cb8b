"""Single pins: an input whose edges reach the event loop, and an output.

Both are made at every connection and closed at its end. All methods but those that close raise the
pin library's errors.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from boxd.config.device_schema import PinLevel
from boxd.gpio.factory import PIN_ERRORS
from boxd.gpio.sections import GpioOutput, Pull

_EDGES_KEPT = 64
"""More wait only if a wire picks up noise; the oldest are dropped, and a look corrects that."""

_OLDEST_EDGE_S = 1.0
"""Kernels differ in the clock of their time stamps: an old one is from another clock."""

_PULLS = {Pull.UP: "up", Pull.DOWN: "down", Pull.NONE: "floating"}


class InputWire:
    """An input pin with its pull."""

    def __init__(self, factory: Any, number: int, pull: Pull) -> None:
        self._edges: deque[tuple[bool, float]] = deque(maxlen=_EDGES_KEPT)
        self._hear: Callable[[bool, float], None] | None = None
        self._loop = asyncio.get_running_loop()
        self._is_handing_over = False
        self._is_watched = False
        self._pin = factory.pin(number)
        self._pin.input_with_pull(_PULLS[pull])

    @property
    def is_high(self) -> bool:
        """The level at this instant."""
        return bool(self._pin.state)

    def watch(self, hear: Callable[[bool, float], None]) -> None:
        """Call `hear` on the event loop with every edge's level and time, until `ignore`."""
        self._edges.clear()
        self._hear = hear
        if not self._is_watched:
            self._is_watched = True
            self._pin.edges = "both"
            self._pin.when_changed = self._hand_over

    def ignore(self) -> None:
        """Drop the edges, also those on their way; stopping the pin library would cost more."""
        self._hear = None

    def close(self) -> None:
        """Release the pin."""
        self.ignore()
        with contextlib.suppress(*PIN_ERRORS):
            self._pin.when_changed = None
        with contextlib.suppress(*PIN_ERRORS):
            self._pin.close()

    def _hand_over(self, at: float, state: int) -> None:
        # The marked place: a thread of the pin library hands its edges to the event loop. An
        # exception here would end that thread, and no pin would be watched any longer.
        if self._hear is None:
            return
        now = time.monotonic()
        self._edges.append((bool(state), at if now - _OLDEST_EDGE_S < at <= now else now))
        if not self._is_handing_over:
            self._is_handing_over = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._take_over)

    def _take_over(self) -> None:
        self._is_handing_over = False
        while self._edges and self._hear is not None:
            self._hear(*self._edges.popleft())


class OutputWire:
    """An output pin; it is off at first and after it is closed."""

    def __init__(self, factory: Any, output: GpioOutput) -> None:
        self._on = output.on is PinLevel.HIGH
        self._pin = factory.pin(output.pin)
        self._pin.output_with_state(not self._on)

    def switch(self, on: bool) -> None:
        """Switch the output on or off."""
        self._pin.state = on == self._on

    def close(self) -> None:
        """Switch it off and release the pin."""
        with contextlib.suppress(*PIN_ERRORS):
            self.switch(False)
        with contextlib.suppress(*PIN_ERRORS):
            self._pin.close()


class RowWire:
    """A row of a matrix keypad: driven low, or not driven at all, so that rows never fight."""

    def __init__(self, factory: Any, number: int) -> None:
        self._pin = factory.pin(number)
        self.release()

    def drive(self) -> None:
        """Drive the row low."""
        self._pin.output_with_state(False)

    def release(self) -> None:
        """Stop driving the row."""
        self._pin.function = "input"

    def close(self) -> None:
        """Release the pin."""
        with contextlib.suppress(*PIN_ERRORS):
            self._pin.close()
