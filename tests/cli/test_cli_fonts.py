"""Letters that a PDF would lack: found before it is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.cli.files.fonts import letters_without_font
from boxd.errors import NotFound


@pytest.fixture
def no_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "fonts.conf"
    file.write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(file))


def test_what_the_fonts_have_is_not_missed() -> None:
    assert letters_without_font("Zoë Müller, Łukasz 1042") == []


@pytest.mark.usefixtures("no_fonts")
def test_each_letter_without_a_font_is_told_once_and_what_has_no_shape_never() -> None:
    assert letters_without_font("山田 山\u200d\ufe0fb\n") == ["田", "山", "b"]


def test_a_letter_that_no_script_has_yet_is_missed_by_any_font() -> None:
    assert letters_without_font("a\u0378") == ["\u0378"]


def test_where_fonts_can_t_be_listed_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotFound, match="sudo apt install fontconfig"):
        letters_without_font("Ada")
