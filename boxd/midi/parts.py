"""The latch that a CodeTV board offers to the rest of the box."""

from __future__ import annotations

from collections.abc import Callable


class MidiLatch:
    """The latch on a CodeTV board: 100 ms, timed by the board, without a reply.

    Touches of keys that begin and end meanwhile are lost in the board, and its lamps act late.
    """

    feedback = None

    def __init__(self, product: str, pulse: Callable[[], None]) -> None:
        self._product = product
        self._pulse = pulse

    @property
    def address(self) -> str:
        """The board's product name."""
        return self._product

    async def pulse(self) -> None:
        """Send one pulse; raises DeviceUnreachable (nothing was sent) or DeliveryUnknown."""
        self._pulse()
