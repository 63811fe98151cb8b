"""How many lines of one kind the log takes, so that strangers can't fill it.

The journal has room for so much; noise that fills it drives out the lines that people look for.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

LEFT_OUT = "left_out"
"""The field of a line that says how many of its kind were left out before it."""
LONGEST_VALUE = 2000
"""Characters of one value; a traceback, which ends with its reason, keeps its end."""
LONGEST_TRACEBACK = 8000

# 300 people at once are more than a box serves; afterwards one line a second of each kind.
_AT_ONCE = 300.0
_PER_S = 1.0
# A traceback is 5 KB, and the hundredth says what the first one did.
_TRACEBACKS_AT_ONCE = 10.0
_TRACEBACKS_PER_S = 0.1
_MOST_KINDS = 500


class LogBounds:
    """Counts lines by kind. A kind is an event's name, or a library's logger."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kinds: OrderedDict[tuple[str, bool], tuple[float, float, int]] = OrderedDict()

    def left_out(self, kind: str, has_traceback: bool = False) -> int | None:
        """How many lines of this kind were left out before this one; None to leave it out, too."""
        most, per_s = (
            (_TRACEBACKS_AT_ONCE, _TRACEBACKS_PER_S) if has_traceback else (_AT_ONCE, _PER_S)
        )
        now, key = self._now(), (kind, has_traceback)
        permits, at, count = self._kinds.pop(key, (most, now, 0))
        permits = min(most, permits + (now - at) * per_s)
        is_written = permits >= 1
        self._kinds[key] = (permits - 1, now, 0) if is_written else (permits, now, count + 1)
        if len(self._kinds) > _MOST_KINDS:
            self._kinds.popitem(last=False)
        return count if is_written else None


def shortened(value: object) -> object:
    """The value; a text without what is too long for a line."""
    if not isinstance(value, str) or len(value) <= LONGEST_VALUE:
        return value
    return f"{value[:LONGEST_VALUE]}…"


def shortened_traceback(text: str) -> str:
    """The traceback, at most so long, with its end."""
    return text if len(text) <= LONGEST_TRACEBACK else f"…{text[-LONGEST_TRACEBACK:]}"
