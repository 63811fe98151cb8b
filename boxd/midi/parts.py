"""The latch that a CodeTV board offers to the rest of the box."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from boxd.devices import Confirmation


class MidiLatch:
    """The latch on a CodeTV board: 100 ms, timed by the board, which echoes when they are over.

    Touches of keys that begin and end meanwhile are lost in the board, and its lamps act late.
    """

    feedback = None
    confirmation = Confirmation.OVER

    def __init__(
        self, product: str, longest_s: float, pulse: Callable[[], Awaitable[None]]
    ) -> None:
        self.longest_s = longest_s
        self._product = product
        self._pulse = pulse

    @property
    def address(self) -> str:
        """The board's product name."""
        return self._product

    async def pulse(self) -> None:
        """Send one pulse; raises DeviceUnreachable (nothing was sent) or DeliveryUnknown."""
        await self._pulse()
