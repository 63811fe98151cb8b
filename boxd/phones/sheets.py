"""Printable sheets: a sign for each checkpoint, cards for attendees, eight to a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from boxd.phones import pdf, qr
from boxd.phones.link_service import AttendeeLink, CheckpointLink
from boxd.phones.pdf import PAGE_HEIGHT, PAGE_WIDTH, Item, Squares, Text

_COLUMNS, _ROWS = 2, 4
_CARD_WIDTH, _CARD_HEIGHT = PAGE_WIDTH / _COLUMNS, PAGE_HEIGHT / _ROWS
_MARGIN = 15.0
_SIGN_SIDE = 150.0
_CARD_SIDE = 46.0


def checkpoint_sheets(links: Sequence[CheckpointLink], box: str) -> bytes:
    """A PDF with one page for each checkpoint."""
    return pdf.write([_sign(link, box) for link in links], f"Checkpoints, {box}")


def attendee_sheets(links: Sequence[AttendeeLink], box: str) -> bytes:
    """A PDF with a card for each attendee, eight to a page."""
    each = _COLUMNS * _ROWS
    pages = [links[start : start + each] for start in range(0, len(links), each)]
    return pdf.write([_cards(page, box) for page in pages], f"Attendees, {box}")


def write_pngs(named: Sequence[tuple[str, str]], folder: Path) -> list[Path]:
    """A PNG with the QR code alone for each (name, URL); returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.png" for name in _file_names([name for name, _ in named])]
    for (_, url), file in zip(named, files, strict=True):
        qr.write_png(url, file)
    return files


def _file_names(names: Sequence[str]) -> list[str]:
    """A name of a file for each, of its own also where they look alike."""
    found: list[str] = []
    for name in names:
        plain = _as_file_name(name)
        found.append(f"{plain}-{len(found) + 1}" if plain in found else plain)
    return found


def _as_file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:100] or "code"


def _sign(link: CheckpointLink, box: str) -> list[Item]:
    middle, width = PAGE_WIDTH / 2, PAGE_WIDTH - 2 * _MARGIN
    title = pdf.fitting_size(link.name, width, 64)
    return [
        Text(box, middle, 28, pdf.fitting_size(box, width, 20), is_centred=True, grey=0.25),
        Text(link.name, middle, 62, title, is_bold=True, is_centred=True),
        Squares(qr.squares(link.url), (PAGE_WIDTH - _SIGN_SIDE) / 2, 82, _SIGN_SIDE),
        Text("Scan me", middle, 256, 32, is_bold=True, is_centred=True),
        Text("with your phone's camera", middle, 268, 20, is_centred=True),
        Text(
            text=link.url,
            x=middle,
            y=284,
            size=pdf.fitting_size(link.url, width, 9),
            is_centred=True,
            grey=0.4,
        ),
    ]


def _cards(links: Sequence[AttendeeLink], box: str) -> list[Item]:
    cuts: list[Item] = [
        pdf.Line(column * _CARD_WIDTH, 0, column * _CARD_WIDTH, PAGE_HEIGHT)
        for column in range(1, _COLUMNS)
    ]
    cuts += [
        pdf.Line(0, row * _CARD_HEIGHT, PAGE_WIDTH, row * _CARD_HEIGHT) for row in range(1, _ROWS)
    ]
    return cuts + [item for place, link in enumerate(links) for item in _card(link, box, place)]


def _card(link: AttendeeLink, box: str, place: int) -> list[Item]:
    left = place % _COLUMNS * _CARD_WIDTH
    top = place // _COLUMNS * _CARD_HEIGHT
    beside, room = left + _CARD_SIDE + 11, _CARD_WIDTH - _CARD_SIDE - 17
    told = ("Scan this with your", "phone's camera: your", "tasks and your codes.")
    return [
        Squares(qr.squares(link.url), left + 7, top + 14, _CARD_SIDE),
        Text(box, beside, top + 18, pdf.fitting_size(box, room, 10), grey=0.25),
        Text(
            text=link.reference,
            x=beside,
            y=top + 28,
            size=pdf.fitting_size(link.reference, room, 18),
            is_bold=True,
        ),
        Text(f"No. {link.number}", beside, top + 34, 9, grey=0.4),
        *(Text(line, beside, top + 43 + 4.5 * row, 10) for row, line in enumerate(told)),
        Text("It is yours alone.", beside, top + 58, 10, is_bold=True),
    ]
