"""Whether a bay takes codes: what keeps it out of service, and the countdown of its lockout.

Each reason has one owner, who gives it and takes it back; they lie across each other:

    serve        the daemon: boxd is starting, the ledger or the server does not answer
    miss         the devices: the bay's keypad or lamps are away
    pause        a person who tries the bay's devices
    close_event  the organiser: the event is over
    lock         the ledger: too many wrong codes were typed here

None of them ends a redemption that is open. Which of them the lamps and the words go by is decided
in `view.moment_for` and `view.text_for`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from boxd.timers import Timer, Timers

TICK_S = 0.01
"""A countdown is updated this long after the full second, so that it is never too early."""


class Availability:
    """What keeps one bay from taking codes.

    `on_change` is called whenever one of the reasons changes; `on_return` instead of it when the
    bay is in service again after `serve` had taken it out.
    """

    def __init__(
        self, timers: Timers, *, on_change: Callable[[], None], on_return: Callable[[], None]
    ) -> None:
        self._timers = timers
        self._on_change = on_change
        self._on_return = on_return
        self._has_started = False
        self._why_not = ""
        self._missing = ""
        self._paused = ""
        self._is_closed = False
        self._locked_until = 0.0
        self._countdown: Timer | None = None

    def serve(self, ready: bool, why: str = "") -> None:
        """Go into service, or out of it for a reason that the HUD shows."""
        returns = ready and self._why_not != ""
        self._has_started = True
        self._why_not = "" if ready else why or "no reason known"
        self._on_return() if returns else self._on_change()

    def pause(self, why: str) -> None:
        """Show the bay as out of service while somebody works on it; an empty `why` ends that."""
        self._paused = why
        self._on_change()

    def miss(self, why: str) -> None:
        """Show the bay as out of service while its keypad or lamps are away; "" ends that."""
        if why != self._missing:
            self._missing = why
            self._on_change()

    def close_event(self, is_closed: bool) -> None:
        """Show that the event is over, or not any more; a redemption that is open is finished."""
        if is_closed != self._is_closed:
            self._is_closed = is_closed
            self._on_change()

    def lock(self, seconds: float) -> None:
        """Lock the keypad for so many seconds from now; 0 unlocks it."""
        self._locked_until = self._timers.time() + seconds
        self._count_down()

    def close(self) -> None:
        """Count down no further."""
        if self._countdown is not None:
            self._countdown.cancel()

    @property
    def has_started(self) -> bool:
        """Whether `serve` was called, whatever it said."""
        return self._has_started

    @property
    def why_not(self) -> str:
        """Why the bay is out of service; empty while it is in service or the event is over."""
        return self._why_not or self._missing or self._paused

    @property
    def is_paused(self) -> bool:
        """Whether somebody works on the bay."""
        return self._paused != ""

    @property
    def is_closed(self) -> bool:
        """Whether the event is over."""
        return self._is_closed

    @property
    def locked_for_s(self) -> int:
        """For how many more seconds, begun ones counted whole, the keypad is locked."""
        return max(0, math.ceil(self._locked_until - self._timers.time()))

    def _count_down(self) -> None:
        self.close()
        self._on_change()
        remaining_s = self._locked_until - self._timers.time()
        if remaining_s > 0:
            wait_s = math.fmod(remaining_s, 1) + TICK_S
            self._countdown = self._timers.call_later(wait_s, self._count_down)
