"""The latch that an Arduino offers to the rest of the box."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from boxd.arduino.sections import ArduinoLatch as LatchSection
from boxd.devices import Confirmation


class WiredLatch:
    """One latch of an Arduino; the pulse is timed and bounded by the board's own timer."""

    feedback = None
    confirmation = Confirmation.BEGUN

    def __init__(
        self, address: str, section: LatchSection, pulse: Callable[[int, int], Awaitable[None]]
    ) -> None:
        self.longest_s = section.pulse_ms / 1000
        self._address = address
        self._section = section
        self._pulse = pulse

    @property
    def address(self) -> str:
        """`device.latch`."""
        return self._address

    async def pulse(self) -> None:
        """Order one pulse; returns when the board confirms that it begins.

        Raises DeviceUnreachable if it certainly does not, DeliveryUnknown if it may.
        """
        await self._pulse(self._section.number, self._section.pulse_ms)
