"""Output lines without gpiozero, for programs that must be small, simple and quick to start.

A line becomes an output directly at the requested level, without another level or floating.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Protocol

from boxd.errors import DeviceUnreachable
from boxd.gpio.header import header_chip, load_lgpio, not_had


class Lines(Protocol):
    """The lines of one chip. When the process ends they are released, and their levels stay."""

    def claim(self, pin: int, level: bool) -> None:
        """Become the only driver of `pin`, at this level. Raises DeviceUnreachable."""

    def write(self, pin: int, level: bool) -> None:
        """Drive a claimed pin to a level. Raises DeviceUnreachable."""

    def close(self) -> None:
        """Release the claimed pins; a Pi's kernel leaves their levels."""


def open_lines(memory_dir: Path | None) -> Lines:
    """The header's lines, or simulated ones. Raises ConfigError or DeviceUnreachable."""
    if memory_dir is None:
        return _HeaderLines()
    from boxd.gpio.pin_memory_lines import MemoryLines

    return MemoryLines(memory_dir)


class _HeaderLines:
    """The lines of the Pi's header."""

    def __init__(self) -> None:
        self._lgpio: ModuleType = load_lgpio()
        chip = header_chip(self._lgpio)
        try:
            self._handle = self._lgpio.gpiochip_open(chip)
        except self._lgpio.error as error:
            raise DeviceUnreachable(f"/dev/gpiochip{chip} can't be opened: {error}") from error

    def claim(self, pin: int, level: bool) -> None:
        try:
            self._lgpio.gpio_claim_output(self._handle, pin, int(level))
        except self._lgpio.error as error:
            raise not_had(pin, error) from error

    def write(self, pin: int, level: bool) -> None:
        try:
            self._lgpio.gpio_write(self._handle, pin, int(level))
        except self._lgpio.error as error:
            raise not_had(pin, error) from error

    def close(self) -> None:
        self._lgpio.gpiochip_close(self._handle)
