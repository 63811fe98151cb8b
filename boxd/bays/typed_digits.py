"""The digits typed at a keypad, until Enter, Cancel or too long a pause."""

from __future__ import annotations

from boxd.devices import Key

LONGEST = 16
"""More digits than any code has: what is typed beyond is dropped."""


class TypedDigits:
    """Digits being typed. They leave by `take` only, and no message or repr shows them."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._digits: list[str] = []
        self._last_at = 0.0

    def add(self, key: Key, now: float) -> bool:
        """Append a digit; False when there is no room for it any more."""
        self._expire(now)
        self._last_at = now
        if len(self._digits) >= LONGEST:
            return False
        self._digits.append(key.value)
        return True

    def take(self, now: float) -> str:
        """The digits typed so far, which are gone from here then; empty when there are none."""
        self._expire(now)
        digits = "".join(self._digits)
        self.clear()
        return digits

    def clear(self) -> None:
        """Drop what was typed."""
        self._digits.clear()

    def count(self, now: float) -> int:
        """How many digits wait for Enter."""
        self._expire(now)
        return len(self._digits)

    def _expire(self, now: float) -> None:
        if now - self._last_at >= self._timeout_s:
            self.clear()
