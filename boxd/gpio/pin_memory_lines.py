"""Simulated output lines for code that does not use gpiozero."""

from __future__ import annotations

from pathlib import Path

from boxd.errors import DeviceUnreachable
from boxd.gpio.pin_memory import PinMemory


class MemoryLines:
    """The lines over the memory in `folder`."""

    def __init__(self, folder: Path) -> None:
        try:
            self._memory = PinMemory(folder)
        except OSError as error:
            raise DeviceUnreachable(
                f"the simulated pins in {folder} can't be used: {error}; is box.state_dir writable?"
            ) from error

    def claim(self, pin: int, level: bool) -> None:
        """Become the only driver of `pin`, at this level. Raises DeviceUnreachable."""
        claim(self._memory, pin)
        self._memory.make_output(pin, level)

    def write(self, pin: int, level: bool) -> None:
        """Drive a claimed pin to a level."""
        self._memory.make_output(pin, level)

    def close(self) -> None:
        """Release the claimed pins; their levels stay."""
        self._memory.close()


def claim(memory: PinMemory, pin: int) -> None:
    """Hold a line as the kernel would. Raises DeviceUnreachable while another process holds it."""
    try:
        memory.claim(pin)
    except BlockingIOError:
        raise DeviceUnreachable(
            f"GPIO{pin} (simulated) is in use by another program: another boxd or its guard; "
            "`boxd status` tells whether one is running"
        ) from None
