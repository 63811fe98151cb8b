"""The room on the disk that is the ledger's own: whatever else would fill it is refused before.

Codes, answers and openings are small and are written as long as the disk takes them. What people
hand in, photographs and copies are large or many, and leave this much to those.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from boxd.errors import Refused

LEFT_FREE_BYTES = 64 * 1024 * 1024


def is_left(folder: Path, takes_bytes: int) -> bool:
    """Whether something of this size leaves the ledger its room on the disk of `folder`."""
    return shutil.disk_usage(folder).free - takes_bytes >= LEFT_FREE_BYTES


def require(folder: Path, takes_bytes: int) -> None:
    """Raise Refused, in words for whoever brings it, if it would not leave the ledger its room."""
    if not is_left(folder, takes_bytes):
        raise Refused(
            "The box has no room for this just now, and nothing was changed. Tell somebody at the"
            " booth: its disk is nearly full"
        )
