"""When a device's messages happened, although they may arrive late and in a burst.

The MIDI system stamps each message when it arrives, and rtmidi passes on the time since the
previous one. But its thread waits for Python's lock: on a busy Pi messages that came 50 ms apart
are passed on together, and a digit typed twice would look like a bounce.
"""

from __future__ import annotations

DRIFT = 1e-3
"""How much faster or slower than the monotonic clock the stamps may run.

Crystals are ten times better.
"""


class EventTimes:
    """Times on the monotonic clock in seconds, for one connection's messages in their order."""

    def __init__(self) -> None:
        self._stamp_s = 0.0  # on a clock of its own, which begins with the first message
        self._behind_s: float | None = None  # the monotonic clock less the stamps, when not late

    def take(self, since_last_s: float, now: float) -> float:
        """When the next message happened: `since_last_s` after the last one, passed on at `now`.

        A message is never passed on early, so the smallest difference between both clocks is
        right.
        """
        self._stamp_s += since_last_s
        behind_s = now - self._stamp_s
        if self._behind_s is not None:
            behind_s = min(behind_s, self._behind_s + since_last_s * DRIFT)
        self._behind_s = behind_s
        return self._stamp_s + behind_s
