"""The digits typed at a keypad, until Enter, Cancel or a pause that is too long."""

from __future__ import annotations

from boxd.devices import Key

LONGEST = 16
"""More digits than any code has: further digits are dropped."""


class TypedDigits:
    """Digits being typed. They leave only through `take`; no message or repr shows them."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._digits: list[str] = []
        self._last_at = 0.0

    def add(self, key: Key, now: float) -> bool:
        """Append a digit; False if there is no room for it."""
        self._expire(now)
        self._last_at = now
        if len(self._digits) >= LONGEST:
            return False
        self._digits.append(key.value)
        return True

    def take(self, now: float) -> str:
        """Remove and return the digits typed so far; empty if there are none."""
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
