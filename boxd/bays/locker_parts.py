"""What one locker is made of, as the bays use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from boxd.bays.doors import DoorWatch
from boxd.bays.latch_feedback import LatchFeedback
from boxd.devices import DeviceState, Latch


@dataclass(frozen=True)
class LockerParts:
    """One locker's latch and, where fitted, its door. `latch_state` is that of the latch's device.

    `latch_feedback` is set if the latch has a contact of its own besides the door's.
    """

    id: int
    bay: str
    latch: Latch
    latch_state: Callable[[], DeviceState]
    door: DoorWatch | None
    latch_feedback: LatchFeedback | None = None

    def expect_opening(self) -> None:
        """Its latch is about to be moved: a door that opens now was not forced."""
        if self.door is not None:
            self.door.expect_opening()
        if self.latch_feedback is not None:
            self.latch_feedback.expect()
