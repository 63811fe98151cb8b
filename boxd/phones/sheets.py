"""Printable sheets: a sign for each checkpoint; cards and vouchers, eight to a page.

They are HTML with everything inside: a browser has a font for every script, a PDF of our own would
have to bring them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from boxd.ledger.scanned_code import text_to_scan
from boxd.phones import qr
from boxd.phones.link_service import AttendeeLink, CheckpointLink
from boxd.phones.page import source
from boxd.phones.words import grouped
from boxd.web.templates import render
from boxd.words import translate

# Sizes of sheet.css: the most columns in the longest word, and in all, with which a name fits on
# its card or sign. Longer words are broken.
_SIZES = (("huge", 9, 27), ("large", 12, 48), ("medium", 17, 90), ("small", 150, 150))
_SMALLEST = "tiny"


def checkpoint_sheets(links: Sequence[CheckpointLink], box: str, paper: str = "") -> str:
    """A page of HTML that prints one sheet for each checkpoint.

    With `paper`, A4 or Letter, it sets the size; otherwise the person who prints chooses.
    """
    signs = [
        {"name": each.name, "size": _size(each.name), "url": each.url, "qr": _code(each.url)}
        for each in links
    ]
    return _document("phones/signs.html", f"Checkpoints, {box}", box, paper, signs=signs)


def attendee_sheets(links: Sequence[AttendeeLink], box: str, paper: str = "") -> str:
    """A page of HTML that prints a card for each attendee, eight on a sheet; `paper` as above."""
    cards = [
        {
            "reference": each.reference,
            "size": _size(each.reference),
            "number": each.number,
            "qr": _code(each.url),
            "host": urlsplit(each.url).hostname or "",
        }
        for each in links
    ]
    return _document("phones/cards.html", f"Attendees, {box}", box, paper, cards=cards)


@dataclass(frozen=True)
class Voucher:
    """A claim code to print: its digits, the prize, until when (in words), and whose it is."""

    digits: str
    prize: str
    until: str
    attendee: str


def voucher_of(code: Mapping[str, Any], attendee: str) -> Voucher:
    """The voucher of a code with its digits, as the API gives it, in this machine's time zone."""
    until = datetime.fromisoformat(code["expires_at"]).astimezone()
    return Voucher(str(code["code"]), str(code["prize"]), f"{until:%Y-%m-%d %H:%M}", attendee)


def voucher_sheets(vouchers: Sequence[Voucher], box: str, paper: str = "") -> str:
    """A page of HTML that prints a voucher for each code, eight on a sheet; `paper` as above.

    The QR code has the digits alone, for the reader beside the keypad.
    """
    shown = [
        {
            "digits": " ".join(grouped(each.digits)),
            "prize": prize,
            "size": _size(prize),
            "until": each.until,
            "attendee": each.attendee,
            "qr": _code(text_to_scan(each.digits)),
        }
        for each in vouchers
        for prize in (translate(each.prize),)
    ]
    return _document("phones/vouchers.html", f"Vouchers, {box}", box, paper, vouchers=shown)


def network_sheet(network: str, password: str, box: str, paper: str = "") -> str:
    """A page of HTML that prints a sign by which phones join a WLAN; `paper` as above."""
    qr_code = _code(joining(network, password))
    sign = {"name": network, "size": _size(network), "password": password, "qr": qr_code}
    return _document("phones/network.html", f"WLAN, {box}", box, paper, sign=sign)


def joining(network: str, password: str) -> str:
    """What a QR code says to phones that shall join a WLAN."""
    kind = "WPA" if password else "nopass"
    fields = f"T:{kind};S:{_escaped(network)};" + (f"P:{_escaped(password)};" if password else "")
    return f"WIFI:{fields};"


def _escaped(text: str) -> str:
    """A name or password as phones read it in the code of a WLAN."""
    return re.sub(r'([\\;,:"])', r"\\\1", text)


def write_pngs(named: Sequence[tuple[str, str]], folder: Path) -> list[Path]:
    """A PNG with only the QR code for each (name, URL); returns the files.

    A link is as good as its owner's codes, so only who wrote the files may read them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.png" for name in _file_names([name for name, _ in named])]
    for (_, url), file in zip(named, files, strict=True):
        qr.write_png(url, file)
    return files


def _document(template: str, title: str, box: str, paper: str, **sheets: object) -> str:
    style = Markup(source("sheet.css"))  # noqa: S704 - a file of ours
    return render(template, title=title, box=box, paper=paper, style=style, **sheets)


def _code(url: str) -> Markup:
    return qr.svg(url, "QR code")


def _size(name: str) -> str:
    """The size of sheet.css for the name."""
    words = "".join(" " if _is_wide(sign) else sign for sign in name).split()
    longest = max((_longest_part(word) for word in words), default=0)
    whole = sum(2 if _is_wide(sign) else 1 for sign in name)
    fitting = (size for size, word, text in _SIZES if longest <= word and whole <= text)
    return next(fitting, _SMALLEST)


def _longest_part(word: str) -> int:
    """How long a line the word needs; only long ones are divided at their hyphens."""
    return len(word) if len(word) <= 17 else max(map(len, word.split("-")))


def _is_wide(sign: str) -> bool:
    """Whether a letter is twice as wide as Latin ones, and may end a line: East Asia's."""
    return unicodedata.east_asian_width(sign) in {"W", "F"}


def _file_names(names: Sequence[str]) -> list[str]:
    """A file name for each; different also for names that look alike."""
    found: list[str] = []
    for name in names:
        plain = _as_file_name(name)
        found.append(f"{plain}-{len(found) + 1}" if plain in found else plain)
    return found


def _as_file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:100] or "code"
