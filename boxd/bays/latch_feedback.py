"""Whether a latch's own contact said that it let go, for a locker whose door tells more."""

from __future__ import annotations

from boxd.devices import Door, DoorState


class LatchFeedback:
    """Remembers what the contact said since the last order; a bolt may spring back at once."""

    def __init__(self, feedback: Door) -> None:
        self._feedback = feedback
        self._was_seen = False
        feedback.subscribe(self._changed)

    @property
    def has_happened(self) -> bool:
        """Whether the latch has let go since the last order, or stands open now."""
        return self._was_seen or self._feedback.state is DoorState.OPEN

    def expect(self) -> None:
        """An order is about to be sent to the latch."""
        self._was_seen = False

    def _changed(self, state: DoorState) -> None:
        self._was_seen = self._was_seen or state is DoorState.OPEN
