"""The commands that wait for a board: pulses before lamps, lamps before beeps."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from boxd.arduino.frames import Frame
from boxd.arduino.messages import AllOff, BuzzerCommand, Command, Lamps, PulseCommand, Subscribe


@dataclass(eq=False)
class PendingCommand:
    """One command on its way. `outcome` is set if a caller waits for the result."""

    command: Command
    outcome: asyncio.Future[None] | None = None
    frame: Frame | None = None  # once it has a number
    sent: int = 0

    def succeed(self) -> None:
        """Report success to the caller."""
        if self.outcome is not None and not self.outcome.done():
            self.outcome.set_result(None)

    def fail(self, error: Exception) -> None:
        """Report to the caller why it was not done, or may not have been."""
        if self.outcome is not None and not self.outcome.done():
            self.outcome.set_exception(error)


class Orders:
    """The waiting commands. Of lamps and beeps only the latest counts.

    `lamps` has a bit for each lamp that the link is to set.
    """

    def __init__(self, lamps: int) -> None:
        self.is_subscribed = False
        self._pulses: deque[PendingCommand] = deque()
        self._off: PendingCommand | None = None
        self._lamps = lamps
        self._wanted = 0
        self._shown: int | None = None  # None while it is unknown
        self._beep: int | None = None

    def pulse(self, latch: int, milliseconds: int, outcome: asyncio.Future[None]) -> None:
        """Pulse a latch."""
        self._pulses.append(PendingCommand(PulseCommand(latch, milliseconds), outcome))

    def turn_off(self, outcome: asyncio.Future[None]) -> None:
        """Turn everything off."""
        self._off = PendingCommand(AllOff(), outcome)

    def light(self, wanted: int) -> None:
        """Light these lamps and put the others out."""
        self._wanted = wanted & self._lamps

    def beep(self, milliseconds: int) -> None:
        """Sound the buzzer."""
        self._beep = milliseconds

    def lamps_shown(self, lit: int) -> None:
        """The board has confirmed that these lamps are lit."""
        self._shown = lit & self._lamps

    def begin_anew(self) -> None:
        """The board has forgotten everything."""
        self.is_subscribed = False
        self._shown = None
        self._beep = None  # a late beep would confuse people more than none

    def next(self) -> PendingCommand | None:
        """The next command; None if there is nothing to send."""
        while self._pulses:
            order = self._pulses.popleft()
            if order.outcome is None or not order.outcome.done():  # its caller still waits
                return order
        if self._off is not None:
            order, self._off = self._off, None
            return order
        if not self.is_subscribed:
            return PendingCommand(Subscribe(1))
        if self._lamps and self._shown != self._wanted:
            return PendingCommand(Lamps(self._lamps, self._wanted))
        if self._beep is not None:
            milliseconds, self._beep = self._beep, None
            return PendingCommand(BuzzerCommand(milliseconds))
        return None

    def refuse(self, error: Exception) -> None:
        """Tell every waiting caller that nothing was sent."""
        waiting = [*self._pulses, *([self._off] if self._off else [])]
        self._pulses.clear()
        self._off = None
        for order in waiting:
            order.fail(error)
