"""Output pins that must be off: claimed off, switched, and driven off after any program."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from boxd.errors import DeviceUnreachable
from boxd.gpio.lines import Lines

RETRY_EVERY_S = 0.001  # a line is free within microseconds of its holder's end


@dataclass(frozen=True)
class OutputPin:
    """An output by its BCM number, and whether high switches it on.

    `may_be_held`: what hangs on it may be on for seconds; a solenoid burns.
    """

    number: int
    on_is_high: bool = True
    may_be_held: bool = False

    def __str__(self) -> str:
        held = "=held" if self.may_be_held else ""
        return f"{self.number}={'high' if self.on_is_high else 'low'}{held}"

    @classmethod
    def parse(cls, text: str) -> OutputPin:
        """The pin in a text that `str` made."""
        number, _, how = text.partition("=")
        level, _, held = how.partition("=")
        if level not in ("high", "low") or held not in ("", "held"):
            raise ValueError(f"'{text}' is no pin: 17=high, 17=low or 17=high=held")
        return cls(int(number), level == "high", held == "held")


class Outputs:
    """Pins held as outputs. They stay as they are when the process ends: switch them off first."""

    def __init__(self, lines: Lines, pins: Sequence[OutputPin]) -> None:
        self._lines = lines
        self._pins = tuple(pins)
        self._held: set[OutputPin] = set()

    def switch_on(self, pin: OutputPin) -> None:
        """Drive a held pin to the level that switches it on."""
        self._lines.write(pin.number, pin.on_is_high)

    def switch_off(self, pin: OutputPin) -> None:
        """Drive a held pin to the level that switches it off."""
        self._lines.write(pin.number, not pin.on_is_high)

    def drive_off(self, patience_s: float) -> dict[OutputPin, DeviceUnreachable]:
        """Drive every pin off, whether held already or not.

        Tries for that many seconds to get lines that others hold; returns those that it did not
        get, with the reason.
        """
        give_up = time.monotonic() + patience_s
        missing = self._try(self._pins)
        while missing and time.monotonic() < give_up:
            time.sleep(RETRY_EVERY_S)
            missing = self._try(tuple(missing))
        return missing

    def _try(self, pins: Sequence[OutputPin]) -> dict[OutputPin, DeviceUnreachable]:
        missing: dict[OutputPin, DeviceUnreachable] = {}
        for pin in pins:
            try:
                if pin in self._held:
                    self.switch_off(pin)
                else:
                    self._lines.claim(pin.number, not pin.on_is_high)
                    self._held.add(pin)
            except DeviceUnreachable as error:
                missing[pin] = error
        return missing
