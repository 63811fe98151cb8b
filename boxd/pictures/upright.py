"""Reads a picture that a stranger made, in the child that may do little: upright, pixels alone."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NoReturn

from boxd.confined import REFUSED, confine

if TYPE_CHECKING:
    from PIL import Image

UNREADABLE = "This picture can't be read. Choose a photo as JPEG, PNG or WebP."
LARGEST_BYTES = 12_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "MPO")
# A JPEG is made small while it is read; the others are unpacked whole.
_MOST_PIXELS = {"JPEG": 120_000_000, "MPO": 120_000_000}
_MOST_PIXELS_UNPACKED = 25_000_000
_TOO_LARGE = "This picture has too many pixels. Send it smaller, or as JPEG."


def read_upright(side: int) -> Image.Image:
    """The picture on the input, turned as the camera was held, hardly larger than `side` twice.

    Ends the process, with the reason on its output, for what can't be read.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    raw = sys.stdin.buffer.read()
    Image.preinit()  # the readers, while files can still be opened
    confine()
    Image.MAX_IMAGE_PIXELS = None  # judged below, by the format
    try:
        picture: Image.Image = Image.open(io.BytesIO(raw), formats=_FORMATS)
        most = _MOST_PIXELS.get(picture.format or "", _MOST_PIXELS_UNPACKED)
        if picture.width * picture.height > most:
            _refuse(_TOO_LARGE)
        picture.draft("RGB", (2 * side, 2 * side))
        return _on_white(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, ValueError, MemoryError):
        _refuse(UNREADABLE)


def _refuse(why: str) -> NoReturn:
    sys.stdout.write(why)
    sys.stdout.flush()
    sys.exit(REFUSED)


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without what shows through."""
    from PIL import Image

    if picture.mode not in {"RGBA", "LA", "PA", "P"}:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")
