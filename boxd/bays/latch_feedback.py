"""Whether a latch's own contact has reported a release; its locker's door tells more."""

from __future__ import annotations

from boxd.devices import Door, DoorState


class LatchFeedback:
    """Remembers the contact's reports since the last order; a bolt may spring back at once."""

    def __init__(self, feedback: Door) -> None:
        self._feedback = feedback
        self._was_seen = False
        feedback.subscribe(self._changed)

    @property
    def has_happened(self) -> bool:
        """Whether the latch has released since the last order, or is open now."""
        return self._was_seen or self._feedback.state is DoorState.OPEN

    def expect(self) -> None:
        """Called before an order is sent to the latch."""
        self._was_seen = False

    def _changed(self, state: DoorState) -> None:
        self._was_seen = self._was_seen or state is DoorState.OPEN
