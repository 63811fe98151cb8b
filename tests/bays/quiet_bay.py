"""A bay that is as busy as a test says, and remembers whether it is paused."""

from __future__ import annotations

from boxd.bays.availability import Availability
from boxd.bays.view import BayState, BayView
from tests.bays.parts import HandClock


class QuietBay:
    """Ready, until told otherwise."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = BayState.READY
        self.typed = 0
        self.availability = Availability(
            HandClock(), on_change=lambda: None, on_return=lambda: None
        )

    @property
    def paused(self) -> str:
        """Why somebody works on the bay; empty if nobody does."""
        return self.availability.why_not

    def view(self) -> BayView:
        """The bay as the HUD would show it."""
        text = "Opening locker 1" if self.state is BayState.BUSY else "Ready for a code"
        return BayView(
            id=self.name,
            name=self.name,
            state=self.state,
            text=text,
            typed=self.typed,
            locked_for_s=0,
            lamps="ready",
            redemption=None,
            last=None,
            stuck=(),
        )
