"""Printable sheets: what stands on them, and whose code it is. tests/browser prints them."""

from __future__ import annotations

import re
import stat
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from boxd.phones import qr
from boxd.phones.link_service import AttendeeLink, CheckpointLink
from boxd.phones.sheets import attendee_sheets, checkpoint_sheets, write_pngs

URL = "https://box-1.local:4322/c/sUXrT3Ki2WIakRNGAAAAc3RhZ2U"


def cards(page: str) -> list[str]:
    return re.findall(r'<article class="card">(.*?)</article>', page, re.DOTALL)


@pytest.mark.parametrize(
    "name",
    ["Łukasz", "山田太郎", "محمد", "Čapek", "<b>Tom</b> & 'Co'", "👩‍🔬", "(a\\b)", "x" * 200],
)
def test_a_name_in_any_script_stands_on_its_card_as_it_is(name: str) -> None:
    (card,) = cards(attendee_sheets([AttendeeLink(name, 1, URL)], "Box"))
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", card)
    assert heading is not None
    assert unescape(heading[1]) == name
    assert "<b>Tom" not in card


def test_each_card_has_its_own_code_beside_its_owner() -> None:
    links = [AttendeeLink(f"badge-{number}", number, f"{URL}{number}") for number in range(1, 18)]
    found = cards(attendee_sheets(links, "Box"))
    assert len(found) == 17
    for link, card in zip(links, found, strict=True):
        assert qr.svg(link.url, "QR code") in card
        assert f"{link.reference}</h1>" in card
        assert f"No. {link.number} · {urlsplit(link.url).hostname}<" in card


def test_a_sign_has_its_place_its_code_and_its_address() -> None:
    page = checkpoint_sheets([CheckpointLink("stage", "Main (stage)", URL)], "Box \\ 1")
    assert ">Main (stage)</h1>" in page
    assert qr.svg(URL, "QR code") in page
    assert f">{URL}</p>" in page


def test_a_sheet_asks_nobody_for_anything() -> None:
    page = attendee_sheets([AttendeeLink("ada", 1, URL)], "Box")
    assert not re.search(r"(?:src|href)=|url\(|<script|@import", page)


def test_png_files_are_named_for_whom_they_are(tmp_path: Path) -> None:
    named = [(name, URL) for name in ("ada/../lovelace", "..", "ada lovelace")]
    files = write_pngs(named, tmp_path / "new" / "codes")
    assert [file.name for file in files] == ["ada-lovelace.png", "code.png", "ada-lovelace-3.png"]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)
    assert all(file.parent == tmp_path / "new" / "codes" for file in files)


def test_png_files_are_their_owners_alone_as_a_link_shows_the_codes(tmp_path: Path) -> None:
    (tmp_path / "ada.png").write_bytes(b"an earlier one, open to everybody")
    (tmp_path / "ada.png").chmod(0o644)
    files = write_pngs([("ada", URL), ("grace", URL)], tmp_path)
    assert [stat.filemode(file.stat().st_mode) for file in files] == ["-rw-------"] * 2
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)
