"""What is being measured now, on standard error, so that the table stands alone on output."""

from __future__ import annotations

import sys
import time

_BEGAN = time.monotonic()


def tell(what: str) -> None:
    """Say what begins, with the minutes and seconds since the bench began."""
    minutes, seconds = divmod(int(time.monotonic() - _BEGAN), 60)
    print(f"{minutes}:{seconds:02}  {what}", file=sys.stderr, flush=True)
