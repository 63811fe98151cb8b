"""Which letters this machine's fonts lack: Chromium would print empty boxes instead."""

from __future__ import annotations

import subprocess
import unicodedata

from boxd.errors import NotFound


def letters_without_font(text: str) -> list[str]:
    """The letters of the text that no font of this machine has, each once, the rarer ones first.

    Raises NotFound, with the remedy, if the fonts can't be listed.
    """
    letters = sorted({each for each in text if _is_drawn(each)}, reverse=True)
    known = _known_letters()
    return [each for each in letters if not any(ord(each) in some for some in known)]


def _is_drawn(sign: str) -> bool:
    """Whether the character has a shape of its own: joiners and variation selectors have none."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} and not (
        "\ufe00" <= sign <= "\ufe0f"
    )


def _known_letters() -> list[range]:
    """What the fonts can draw, according to fontconfig, which Chromium uses too."""
    try:
        listed = subprocess.run(
            ("fc-list", "--format", "%{charset} "),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        raise NotFound(
            "fc-list is missing, so it can't be known whether this machine's fonts have all the"
            " letters of a PDF: give an .html instead, or type: sudo apt install fontconfig."
        ) from None
    return [_range(written) for written in set(listed.stdout.split())]


def _range(written: str) -> range:
    """Fontconfig's `20-7e` or `a0`."""
    first, _, last = written.partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)
