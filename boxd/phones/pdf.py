"""PDF files of a few lines of text and QR codes: pages as values, written by one function.

Text is set in the two Helveticas that every reader has, so that no font travels with the file.
Lengths are millimetres from the upper left corner of an A4 page.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
_POINTS = 72 / 25.4
# Advance widths of Helvetica-Bold from the space on, in thousandths of the size (Adobe Core 14
# font metrics); the regular one is nowhere wider.
_WIDTHS = (
    278,
    333,
    474,
    556,
    556,
    889,
    722,
    238,
    333,
    333,
    389,
    584,
    278,
    333,
    278,
    278,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    333,
    333,
    584,
    584,
    584,
    611,
    975,
    722,
    722,
    722,
    722,
    667,
    611,
    778,
    722,
    278,
    556,
    722,
    611,
    833,
    722,
    778,
    667,
    778,
    722,
    667,
    611,
    722,
    667,
    944,
    667,
    667,
    611,
    333,
    278,
    333,
    584,
    556,
    333,
    556,
    611,
    556,
    611,
    556,
    333,
    611,
    611,
    278,
    278,
    556,
    278,
    889,
    611,
    611,
    611,
    611,
    389,
    556,
    333,
    611,
    556,
    778,
    556,
    556,
    500,
    389,
    280,
    389,
    584,
)
_WIDE = 1000  # for anything else: nothing that can be printed is wider


@dataclass(frozen=True)
class Text:
    """A line of text; `size` in points, `x` its left end, or its middle, `y` its baseline."""

    text: str
    x: float
    y: float
    size: float
    is_bold: bool = False
    is_centred: bool = False
    grey: float = 0.0


@dataclass(frozen=True)
class Squares:
    """A QR code: rows of squares, True for dark ones, in a square of `side`."""

    rows: Sequence[Sequence[bool]]
    x: float
    y: float
    side: float


@dataclass(frozen=True)
class Line:
    """A fine grey line, to cut along."""

    x: float
    y: float
    to_x: float
    to_y: float


Item = Text | Squares | Line


def fitting_size(text: str, width: float, largest: float) -> float:
    """The size in points, at most `largest`, at which the text in bold is no wider than `width`."""
    return min(largest, width / max(_width(text, 1), 0.001))


def write(pages: Sequence[Sequence[Item]], title: str) -> bytes:
    """The file with these pages."""
    first = 6  # objects before the first page: catalogue, pages, two fonts, information
    numbers = [first + 2 * index for index in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    size = f"0 0 {PAGE_WIDTH * _POINTS:.2f} {PAGE_HEIGHT * _POINTS:.2f}"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [{size}] >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        b"<< /Title (" + _escaped(title) + b") >>",
    ]
    for number, items in zip(numbers, pages, strict=True):
        content = zlib.compress(b"\n".join(_drawn(item) for item in items))
        objects += [
            f"<< /Type /Page /Parent 2 0 R /Contents {number + 1} 0 R"
            " /Resources << /Font << /R 3 0 R /B 4 0 R >> >> >>".encode(),
            f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n".encode()
            + content
            + b"\nendstream",
        ]
    return _file(objects)


def _file(objects: Iterable[bytes]) -> bytes:
    """The objects one after the other, and the table that says where each begins."""
    written, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(places) + 1
    end = (
        f"xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {count} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    )
    return written + end.encode()


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
    )


def _drawn(item: Item) -> bytes:
    match item:
        case Text():
            return _text(item)
        case Squares():
            return _squares(item)
        case Line():
            ends = f"{_x(item.x)} {_y(item.y)} m {_x(item.to_x)} {_y(item.to_y)} l"
            return f"0.75 G 0.4 w [3 3] 0 d {ends} S".encode()


def _text(item: Text) -> bytes:
    left = item.x - (_width(item.text, item.size) / 2 if item.is_centred else 0)
    begin = f"BT {item.grey:.2f} g /{'B' if item.is_bold else 'R'} {item.size:.2f} Tf"
    place = f"1 0 0 1 {_x(left)} {_y(item.y)} Tm"
    return f"{begin} {place} (".encode() + _escaped(item.text) + b") Tj ET"


def _squares(item: Squares) -> bytes:
    """One rectangle for each run of dark squares in a row."""
    side = item.side / len(item.rows)
    drawn = ["0 g"]
    for row, squares in enumerate(item.rows):
        for start, length in _runs(squares):
            left, low = _x(item.x + start * side), _y(item.y + (row + 1) * side)
            drawn.append(f"{left} {low} {_x(length * side)} {_x(side)} re")
    return " ".join((*drawn, "f")).encode()


def _runs(squares: Sequence[bool]) -> list[tuple[int, int]]:
    """Where dark runs begin, and how long they are."""
    runs: list[tuple[int, int]] = []
    for place, is_dark in enumerate(squares):
        if is_dark and runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif is_dark:
            runs.append((place, 1))
    return runs


def _width(text: str, size: float) -> float:
    """How wide the text is in bold, in millimetres."""
    known = (_WIDTHS[ord(sign) - 32] if " " <= sign <= "~" else _WIDE for sign in text)
    return sum(known) / 1000 * size / _POINTS


def _escaped(text: str) -> bytes:
    """The text in the fonts' own encoding; letters that they have not lose their marks."""
    shown = b"".join(_encoded(sign) for sign in text)
    return shown.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _encoded(sign: str) -> bytes:
    for form in (sign, unicodedata.normalize("NFKD", sign)[0]):
        try:
            return form.encode("cp1252")
        except UnicodeEncodeError:
            continue
    return b"?"


def _x(length: float) -> str:
    return f"{length * _POINTS:.3f}"


def _y(place: float) -> str:
    return f"{(PAGE_HEIGHT - place) * _POINTS:.3f}"
