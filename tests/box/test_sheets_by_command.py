"""Signs and cards by command: what is written, and what is said where that can't be."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.box.booth import Booth
from tests.browser.phones import phone_booth


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path) -> Iterator[Booth]:
    made = phone_booth(tmp_path_factory.mktemp("sheets"), temporal_made_before)
    made.start()
    yield made
    made.check_invariants()
    made.close()


def test_all_signs_come_as_one_page_to_print(booth: Booth, tmp_path: Path) -> None:
    file = tmp_path / "signs.html"
    said = booth.command("tasks", "qr", "--output", str(file))
    assert said.returncode == 0, said.stderr
    assert f"3 QR codes are in {file}" in said.stdout
    assert file.read_text(encoding="utf-8").count('<section class="sign">') == 3


def test_a_card_bears_its_owner_s_name_in_any_script(booth: Booth, tmp_path: Path) -> None:
    file = tmp_path / "cards.html"
    said = booth.command("attendees", "link", "Łukasz", "山田太郎", "--output", str(file))
    assert said.returncode == 0, said.stderr
    assert "Łukasz</h1>" in file.read_text(encoding="utf-8")
    assert "山田太郎</h1>" in file.read_text(encoding="utf-8")


def test_chromium_prints_a_pdf(booth: Booth, tmp_path: Path) -> None:
    file = tmp_path / "signs.pdf"
    said = booth.command("tasks", "qr", "--output", str(file), "--paper", "letter")
    assert said.returncode == 0, said.stderr
    assert file.read_bytes().startswith(b"%PDF")
    assert b"/MediaBox [0 0 612 792]" in file.read_bytes()


def test_without_chromium_nothing_is_renewed_and_the_remedy_is_said(
    booth: Booth, tmp_path: Path
) -> None:
    before = booth.command("tasks", "qr", "--json").stdout
    said = booth.command("tasks", "qr", "--renew", "-o", str(tmp_path / "x.pdf"), PATH="/nowhere")
    assert said.returncode == 1
    assert "give an .html instead" in said.stderr
    assert "sudo apt install chromium" in said.stderr
    assert booth.command("tasks", "qr", "--json").stdout == before


def test_a_name_that_no_font_can_draw_is_said_and_the_page_is_written_instead(
    booth: Booth, tmp_path: Path
) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text("<fontconfig></fontconfig>")
    pdf, page = tmp_path / "cards.pdf", tmp_path / "cards.html"
    words = ("attendees", "link", "Ada", "山田", "-o", str(pdf))
    said = booth.command(*words, FONTCONFIG_FILE=str(fonts))
    assert said.returncode == 1
    assert f"{pdf} is not written: no font of this machine has 田 山" in said.stderr
    assert str(page) in said.stderr
    assert "山田</h1>" in page.read_text(encoding="utf-8")
    assert not pdf.exists()


def test_a_browser_that_fails_is_said_and_the_page_is_written_instead(
    booth: Booth, tmp_path: Path
) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\necho it has no display >&2\nexit 1\n")
    browser.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    said = booth.command("tasks", "qr", "--renew", "-o", str(tmp_path / "x.pdf"), PATH=path)
    assert said.returncode == 1
    assert "it has no display" in said.stderr
    assert f"The same sheets are in {tmp_path / 'x.html'}." in said.stderr
    assert (tmp_path / "x.html").read_text(encoding="utf-8").count('<section class="sign">') == 3


def test_everybody_in_a_file_gets_one_link_which_stays_the_same(
    booth: Booth, tmp_path: Path
) -> None:
    names = tmp_path / "badges.txt"
    names.write_text("\ufeffbadge-1\n\n badge-2 \nbadge-1\nZoë\n", encoding="utf-8")
    words = ("attendees", "link", "badge-3", "--from", str(names), "--json")
    first, again = booth.command(*words), booth.command(*words)
    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    links = json.loads(first.stdout)["links"]
    assert [link["reference"] for link in links] == ["badge-3", "badge-1", "badge-2", "Zoë"]
    assert len({link["url"] for link in links}) == 4


def test_a_renewed_link_is_another(booth: Booth) -> None:
    def made(*more: str) -> str:
        said = booth.command("attendees", "link", "badge-9", *more, "--json")
        return str(json.loads(said.stdout)["links"][0]["url"])

    before = made()
    renewed = made("--renew")
    assert before != renewed == made()


def test_pictures_come_into_a_folder(booth: Booth, tmp_path: Path) -> None:
    said = booth.command("attendees", "link", "badge-1", "badge-2", "-o", str(tmp_path / "png"))
    assert said.returncode == 0, said.stderr
    assert sorted(file.name for file in (tmp_path / "png").iterdir()) == [
        "badge-1.png",
        "badge-2.png",
    ]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("tasks", "qr", "nowhere"), 1, "there is no checkpoint 'nowhere'; known: entrance"),
        (
            ("tasks", "qr", "-o", "signs.svg"),
            2,
            "give an .html or a .pdf, or a folder for PNG files",
        ),
        (("attendees", "link"), 2, "nobody is named"),
        (("attendees", "link", "x" * 201), 1, "has 201 characters; 200 are the most"),
        (
            ("attendees", "link", "a", "-o", "/nowhere/at/all.pdf"),
            2,
            "there is no folder /nowhere/at",
        ),
    ],
)
def test_what_can_t_be_is_said(booth: Booth, words: tuple[str, ...], code: int, told: str) -> None:
    said = booth.command(*words)
    assert said.returncode == code
    assert told in " ".join(said.stderr.replace("│", " ").split())


def test_a_file_in_another_encoding_is_named(booth: Booth, tmp_path: Path) -> None:
    names = tmp_path / "badges.txt"
    names.write_bytes("Zoë\n".encode("latin-1"))
    said = booth.command("attendees", "link", "--from", str(names))
    assert said.returncode == 1
    assert "is not UTF-8 text" in said.stderr


def test_without_an_address_the_remedy_is_said(shared_booth: Booth, tmp_path: Path) -> None:
    for words in (("tasks", "qr"), ("attendees", "link", "badge-1")):
        said = shared_booth.command(*words, "-o", str(tmp_path / "x.pdf"))
        assert said.returncode == 1
        assert "[phones] enabled = true and public_url =" in said.stderr
    assert not list(tmp_path.iterdir())


def test_a_pin_of_no_use_raises_an_alarm_and_keeps_the_box_from_nothing_else(
    tmp_path: Path, temporal_made_before: Path
) -> None:
    booth = phone_booth(tmp_path, temporal_made_before)
    try:
        (tmp_path / "attendant.pin").chmod(0o644)
        booth.start()
        alarms = booth.snapshot()["alarms"]
        assert [alarm["kind"] for alarm in alarms] == ["phones_secret"]
        assert "chmod 600" in alarms[0]["text"]
        booth.enter("bay-1", booth.issue_code("mug"))
        booth.prompt("load")
        (tmp_path / "attendant.pin").chmod(0o600)
        booth.kill()
        booth.start()
        assert booth.snapshot()["alarms"] == []
    finally:
        booth.close()
