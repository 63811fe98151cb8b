"""Commands say who else is spelled so, and take a file once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


@pytest.fixture
def stocked(box: BoxInThread) -> BoxInThread:
    box.live.receive("mug", 9)
    return box


def test_whoever_names_a_near_twin_is_told(boxd: Boxd, stocked: BoxInThread) -> None:
    assert boxd("codes", "issue", "badge-1").err == ""
    said = boxd("codes", "issue", "BADGE-1")
    assert said.code == 0
    assert "'BADGE-1' is spelled nearly like 'badge-1', who is another attendee" in said.err
    assert "spelled nearly like 'BADGE-1'" in boxd("attendees", "show", "badge-1").err


def test_a_file_is_told_its_near_twins_before_anything_is_made(
    boxd: Boxd, stocked: BoxInThread, tmp_path: Path
) -> None:
    listed = tmp_path / "attendees.csv"
    listed.write_text("attendee\nada\nAda\n")
    said = boxd("codes", "issue", "--for", str(listed), "--dry-run")
    assert "'ada' is spelled nearly like 'Ada'" in said.err


def test_forgetting_names_all_whom_it_reaches(
    boxd: Boxd, stocked: BoxInThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("badge-1", "Badge-1"):
        boxd("codes", "issue", name)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    said = boxd("attendees", "forget", "BADGE-1")
    assert "Forget badge-1, Badge-1?" in said.out + said.err
    assert said.code == 1
    assert "2 forgotten" in boxd("attendees", "forget", "BADGE-1", "--yes").out


def test_the_same_prizes_are_taken_twice_only_when_that_is_meant(
    boxd: Boxd, stocked: BoxInThread, tmp_path: Path
) -> None:
    file = tmp_path / "prizes.csv"
    file.write_text("sku,name,units\nmug,Mug,1\n")
    assert boxd("prizes", "import", str(file)).code == 0
    second = boxd("prizes", "import", str(file))
    assert second.code == 1
    assert (
        "by ada (CLI); nothing was changed. If it is to bring them once more: --again" in second.err
    )
    assert stocked.live.on_hand("mug") == 10
    assert boxd("prizes", "import", str(file), "--again").code == 0
    assert stocked.live.on_hand("mug") == 11


def test_the_same_attendees_get_codes_twice_only_when_that_is_meant(
    boxd: Boxd, stocked: BoxInThread, tmp_path: Path
) -> None:
    listed, out = tmp_path / "attendees.csv", tmp_path / "codes.csv"
    listed.write_text("attendee\nada\nbob\n")
    asked = ("codes", "issue", "--for", str(listed), "--csv", str(out))
    assert boxd(*asked).code == 0
    first = out.read_text()
    second = boxd(*asked)
    assert (second.code, out.read_text()) == (1, first)
    assert "this file brought its codes already" in second.err
    assert boxd(*asked, "--again").code == 0
    assert stocked.live.on_hand("mug") == 5
