"""Makes a camera's photo on the input into a small square JPEG on the output.

Run in a process of its own. The picture is turned as the camera was held; where, when and with what
it was taken is left out, because only the pixels are written.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from boxd.confined import REFUSED, ConfinedWork, confine

if TYPE_CHECKING:
    from PIL import Image

WORK = ConfinedWork(
    "boxd.pictures.square",
    "This picture can't be read. Choose a photo as JPEG, PNG or WebP.",
)
SIDE = 480
LARGEST_BYTES = 12_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "MPO")
# A JPEG is made small while it is read; the others are unpacked whole.
_MOST_PIXELS = {"JPEG": 120_000_000, "MPO": 120_000_000}
_MOST_PIXELS_UNPACKED = 25_000_000
_TOO_LARGE = "This picture has too many pixels. Send it smaller, or as JPEG."


def main() -> int:
    """Read, and answer."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    raw = sys.stdin.buffer.read()
    Image.preinit()  # the readers, while files can still be opened
    confine()
    Image.MAX_IMAGE_PIXELS = None  # judged below, by the format
    try:
        picture: Image.Image = Image.open(io.BytesIO(raw), formats=_FORMATS)
        if picture.width * picture.height > _MOST_PIXELS.get(
            picture.format or "", _MOST_PIXELS_UNPACKED
        ):
            sys.stdout.write(_TOO_LARGE)
            return REFUSED
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))
        upright = ImageOps.exif_transpose(picture)
        square = ImageOps.fit(_on_white(upright), (SIDE, SIDE))
    except (UnidentifiedImageError, OSError, ValueError, MemoryError):
        sys.stdout.write(WORK.unreadable)
        return REFUSED
    square.save(sys.stdout.buffer, "JPEG", quality=82, optimize=True)
    return 0


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without what shows through."""
    from PIL import Image

    if picture.mode not in {"RGBA", "LA", "PA", "P"}:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
