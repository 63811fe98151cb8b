"""Which keys of a device without echoes are new: those after a quiet moment.

What a device kept while nobody listened comes in one burst, as soon as it is opened. A person who
presses a key within a quarter of a second after the device was plugged in presses it once more.
"""

from __future__ import annotations

QUIET_S = 0.25
"""Several times what a burst over USB and a busy thread need; less than a hand from plug to key."""

LONGEST_S = 2.0
"""A pad that is never quiet, because one key chatters, is believed after this anyway."""


class FreshKeys:
    """The keys of one connection, opened at `now`; times are on the monotonic clock."""

    def __init__(self, now: float) -> None:
        self._old_until = now + QUIET_S
        self._latest = now + LONGEST_S

    def is_new(self, at: float) -> bool:
        """Whether a key that came at this time was pressed since the opening."""
        if at >= min(self._old_until, self._latest):
            return True
        self._old_until = at + QUIET_S
        return False
