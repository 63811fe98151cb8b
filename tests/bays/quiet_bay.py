"""A bay that is as busy as a test says, and remembers whether it is paused."""

from __future__ import annotations

from boxd.bays.view import BayState, BayView


class QuietBay:
    """Ready, until told otherwise."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = BayState.READY
        self.typed = 0
        self.paused = ""

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

    def pause(self, why: str) -> None:
        """Remember why."""
        self.paused = why
