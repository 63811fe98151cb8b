"""Makes an attendee's photo on the input into a JPEG for an attendant's screen on the output.

Run in a process of its own. Where, when and with what it was taken is left out, because only the
pixels are written.
"""

from __future__ import annotations

import io
import sys

from boxd.confined import ConfinedWork
from boxd.pictures.upright import UNREADABLE, read_upright

WORK = ConfinedWork("boxd.pictures.photo", UNREADABLE)
SIDE = 1280
LARGEST_KEPT_BYTES = 2_000_000
_QUALITIES = (80, 60, 40, 20)  # noise, on purpose, is larger than any photo


def main() -> int:
    """Read, and answer."""
    photo = read_upright(SIDE)
    photo.thumbnail((SIDE, SIDE))
    for quality in _QUALITIES:
        made = io.BytesIO()
        photo.save(made, "JPEG", quality=quality, optimize=True)
        if made.tell() <= LARGEST_KEPT_BYTES:
            break
    sys.stdout.buffer.write(made.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
