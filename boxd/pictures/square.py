"""Makes a camera's photo on the input into a small square JPEG on the output.

Run in a process of its own. Where, when and with what it was taken is left out, because only the
pixels are written.
"""

from __future__ import annotations

import sys

from boxd.confined import ConfinedWork
from boxd.pictures.upright import UNREADABLE, read_upright

WORK = ConfinedWork("boxd.pictures.square", UNREADABLE)
SIDE = 480


def main() -> int:
    """Read, and answer."""
    from PIL import ImageOps

    square = ImageOps.fit(read_upright(SIDE), (SIDE, SIDE))
    square.save(sys.stdout.buffer, "JPEG", quality=82, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
