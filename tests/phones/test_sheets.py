"""Printable sheets: what a reader of PDF finds in them, and what the commands write."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from boxd.phones import qr
from boxd.phones.link_service import AttendeeLink, CheckpointLink
from boxd.phones.sheets import attendee_sheets, checkpoint_sheets, write_pngs

URL = "https://box-1.local:4322/c/sUXrT3Ki2WIakRNGAAAAc3RhZ2U"
OBJECT = re.compile(rb"(\d+) 0 obj\n")
NUMBER = r"(-?[\d.]+)"
RECTANGLE = re.compile(rf"{NUMBER} {NUMBER} {NUMBER} {NUMBER} re")


def pages_of(file: bytes) -> list[str]:
    """What is drawn on each page."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", file, re.DOTALL)
    return [zlib.decompress(stream).decode("cp1252") for stream in streams]


def darkened(drawn: str) -> list[list[bool]]:
    """The rows of squares of the one QR code on a page, read back from its rectangles."""
    found = [[float(part) for part in each] for each in RECTANGLE.findall(drawn)]
    side = min(height for *_, height in found)
    left, top = min(each[0] for each in found), max(each[1] for each in found)
    count = round((max(x + width for x, _, width, _ in found) - left) / side)
    rows = [[False] * count for _ in range(count)]
    for x, y, width, _ in found:
        start = round((x - left) / side)
        for place in range(start, start + round(width / side)):
            rows[round((top - y) / side)][place] = True
    return rows


def test_every_object_stands_where_the_table_says() -> None:
    file = checkpoint_sheets([CheckpointLink("stage", "Main (stage)", URL)] * 3, "Box \\ 1")
    begins = int(file.rpartition(b"startxref\n")[2].split()[0])
    table = file[begins:].split(b"trailer")[0].splitlines()[3:]
    assert [int(line.split()[0]) for line in table] == [
        match.start() for match in OBJECT.finditer(file)
    ]
    assert len(pages_of(file)) == 3


def test_the_sign_has_the_very_squares_of_the_code() -> None:
    (page,) = pages_of(checkpoint_sheets([CheckpointLink("stage", "Main stage", URL)], "Box"))
    assert darkened(page) == qr.squares(URL)
    assert "(Main stage) Tj" in page
    assert f"({URL}) Tj" in page


def test_eight_cards_are_on_a_page_each_with_its_owner() -> None:
    links = [AttendeeLink(f"badge-{number}", number, URL) for number in range(1, 18)]
    pages = pages_of(attendee_sheets(links, "Box"))
    assert [page.count("It is yours alone.") for page in pages] == [8, 8, 1]
    assert "(badge-17) Tj" in pages[2]
    assert "(No. 17) Tj" in pages[2]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Zoë Müller", "Zoë Müller"),
        ("Čapek", "Capek"),
        ("(a\\b)", "\\(a\\\\b\\)"),
        ("紙", "?"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_name_is_printed_as_far_as_the_fonts_go_and_never_wider_than_its_card(
    name: str, printed: str
) -> None:
    (page,) = pages_of(attendee_sheets([AttendeeLink(name, 1, URL)], "Box"))
    assert f"({printed}) Tj" in page
    size = float(re.findall(rf"/B {NUMBER} Tf [^\n]*? Tm \(", page)[0])
    assert size <= 18


def test_png_files_are_named_for_whom_they_are(tmp_path: Path) -> None:
    named = [(name, URL) for name in ("ada/../lovelace", "..", "ada lovelace")]
    files = write_pngs(named, tmp_path / "new" / "codes")
    assert [file.name for file in files] == ["ada-lovelace.png", "code.png", "ada-lovelace-3.png"]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)
    assert all(file.parent == tmp_path / "new" / "codes" for file in files)
