"""The ids of redemptions; they sort in the order in which they were made."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

_OWN = re.compile(r"[0-9a-f]{11,12}-[0-9a-f]{8}")


def id_after(newest: str, now: datetime) -> str:
    """A new id: milliseconds since 1970 in hexadecimal, and randomness.

    It sorts behind `newest` (empty for none), even if the clock went back since.
    """
    at_ms = int(now.timestamp() * 1000)
    if newest:
        at_ms = max(at_ms, int(newest.partition("-")[0], 16) + 1)
    return f"{at_ms:011x}-{secrets.token_hex(4)}"


def is_own(redemption: str) -> bool:
    """Whether it is an id that `id_after` makes; another one would spoil the order of the list."""
    return _OWN.fullmatch(redemption) is not None
