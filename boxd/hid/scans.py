"""Texts from the bursts of keys that a scanner types."""

from __future__ import annotations

import math

from boxd.hid.key_codes import CHARACTER_OF_CODE, LINE_ENDS, MODIFIERS

PAUSE_S = 0.5
"""A scanner types a character every few milliseconds; after a pause this long it begins anew."""

LONGEST = 200
"""Characters that are kept of one text: the codes have a dozen."""

SAME_AGAIN_S = 3.0
"""A scanner left on reads what is held before it over and over: it counts once it was away."""

UNKNOWN = "?"
"""Stands for a key that no code of ours has, so that such a text is none."""


class ScanCollector:
    """Collects what one scanner types; times are in seconds on one clock."""

    def __init__(self) -> None:
        self._text = ""
        self._last_at = -math.inf
        self._read: tuple[str, float] = ("", -math.inf)  # the last text, and when it was last read

    def press(self, code: int, at: float) -> str | None:
        """Take a key; the text that it ends, unless it is the last one again."""
        if at - self._last_at > PAUSE_S:
            self._text = ""
        self._last_at = at
        if code in LINE_ENDS:
            text, self._text = self._text, ""
            return text if text and self._is_new(text, at) else None
        if code not in MODIFIERS and len(self._text) < LONGEST:
            self._text += CHARACTER_OF_CODE.get(code, UNKNOWN)
        return None

    def forget(self) -> None:
        """Drop what was begun: the scanner was away."""
        self._text = ""

    def _is_new(self, text: str, at: float) -> bool:
        before, read_at = self._read
        self._read = text, at
        return text != before or at - read_at > SAME_AGAIN_S
