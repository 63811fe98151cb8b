"""Sheets as a browser prints them: whole cards, on A4 and on Letter, whatever people are called."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from selenium import webdriver

from boxd.cli.files.pdf import print_pdf
from boxd.phones.link_service import AttendeeLink, CheckpointLink
from boxd.phones.sheets import attendee_sheets, checkpoint_sheets

URL = "https://box-1.local:4322/c/sUXrT3Ki2WIakRNGAAAAc3RhZ2U"
NAMES = (
    "Łukasz",
    "山田太郎",
    "محمد عبد الله",
    "badge-1042",
    "Anna-Maria Schwarzenberger-Rüdigsheim",
    "A name of many words that somebody typed into a form which asked for no less than that",
    "W" * 200,
    "山" * 200,
    "Ada " * 50,
)
BOX = "The prize box of a conference with a name that is as long as a name may be"
CARDS = attendee_sheets([AttendeeLink(name, 1, URL) for name in NAMES], BOX)
SIGNS = checkpoint_sheets([CheckpointLink("stage", name, URL) for name in NAMES], BOX)
INCHES = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}
# What is outside of the card or sign that it belongs to, as printed.
_OUTSIDE = """
return [...document.querySelectorAll(".card, .sign")].flatMap((sheet) => {
  const edge = sheet.getBoundingClientRect();
  return [...sheet.querySelectorAll("p, h1, svg")].filter((part) => {
    const place = part.getBoundingClientRect();
    const beside = Math.max(edge.left - place.left, place.right - edge.right);
    const above = Math.max(edge.top - place.top, place.bottom - edge.bottom);
    return Math.max(beside, above) > 1 || part.scrollWidth > part.clientWidth + 1;
  }).map((part) => part.outerHTML.slice(0, 60));
});
"""


def opened(driver: webdriver.Chrome, folder: Path, page: str) -> None:
    """Open a page as it is printed."""
    file = folder / "sheets.html"
    file.write_text(page, encoding="utf-8")
    driver.get(file.as_uri())
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("page", [CARDS, SIGNS], ids=["cards", "signs"])
def test_nothing_is_larger_than_its_card_or_sign(
    driver: webdriver.Chrome, tmp_path: Path, page: str
) -> None:
    opened(driver, tmp_path, page)
    assert driver.execute_script(_OUTSIDE) == []


@pytest.mark.parametrize("paper", INCHES)
@pytest.mark.parametrize(
    ("page", "sheets"), [(CARDS, 2), (SIGNS, len(NAMES))], ids=["cards", "signs"]
)
def test_any_paper_takes_eight_cards_or_one_sign(
    driver: webdriver.Chrome, tmp_path: Path, paper: str, page: str, sheets: int
) -> None:
    opened(driver, tmp_path, page)
    width, height = INCHES[paper]
    size = {"paperWidth": width, "paperHeight": height, "preferCSSPageSize": True}
    # With a size and without margins, the page's own margins are taken, as people's browsers do.
    printed = driver.execute_cdp_cmd("Page.printToPDF", size | {"printBackground": False})
    assert pages_of(base64.b64decode(printed["data"])) == sheets


@pytest.mark.parametrize(
    ("paper", "size"), [("A4", rb"59[45][.\d]* 841[.\d]*"), ("Letter", rb"612 792")]
)
def test_the_booths_own_chromium_prints_a_pdf(tmp_path: Path, paper: str, size: bytes) -> None:
    page = attendee_sheets([AttendeeLink(name, 1, URL) for name in NAMES], BOX, paper)
    print_pdf(page, tmp_path / "cards.pdf")
    pdf = (tmp_path / "cards.pdf").read_bytes()
    assert pages_of(pdf) == 2
    assert re.search(rb"/MediaBox\s*\[0 0 " + size, pdf)
    assert [file.name for file in tmp_path.iterdir()] == ["cards.pdf"]
