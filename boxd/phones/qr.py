"""QR codes of links: as SVG for a page, as a PNG file, or in characters for a terminal."""

from __future__ import annotations

import io
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import segno

_QUIET = 4  # light squares around a code, as ISO/IEC 18004 requires
_PNG_SCALE = 16  # pixels for each square: 4 cm at 300 dots per inch for a usual link


@lru_cache(maxsize=1000)
def svg(url: str, title: str) -> Markup:
    """The code as an SVG element without a size of its own, black on white in any theme."""
    drawn = _code(url).svg_inline(
        border=_QUIET, light="#fff", omitsize=True, svgclass="qr", lineclass=None, title=title
    )
    return Markup(drawn)  # noqa: S704 - segno escapes the title


def svg_file(url: str) -> bytes:
    """The code as a whole SVG document, black on white in any theme."""
    drawn = io.BytesIO()
    _code(url).save(drawn, kind="svg", border=_QUIET, light="#fff", omitsize=True)
    return drawn.getvalue()


def write_png(url: str, file: Path) -> None:
    """The code as a PNG file, large enough to print, readable by its owner alone."""
    # An earlier file may be open to everybody, and would keep its mode.
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        _code(url).save(out, kind="png", scale=_PNG_SCALE, border=_QUIET)


def _code(url: str) -> segno.QRCode:
    import segno  # only a box that draws codes needs it

    # M corrects 15 %: a thumb on a badge, a drop of rain on a sign.
    return segno.make(url, error="m", micro=False, boost_error=True)


def in_letters(url: str) -> str:
    """The code drawn with characters, for a terminal."""
    drawn = io.StringIO()
    _code(url).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()
