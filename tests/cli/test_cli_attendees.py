"""`boxd attendees add, import, search`: names as people have them in lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


def test_added_people_are_found_in_any_spelling_by_number_and_pseudonym(
    boxd: Boxd, box: BoxInThread
) -> None:
    assert boxd("attendees", "add", "Ada Lovelace", "badge-2").code == 0
    assert "Ada Lovelace" in boxd("attendees", "search", "LOVE").out
    assert "badge-2" in boxd("attendees", "search", "2").out
    said = boxd("attendees", "search", "nobody")
    assert said.code == 0
    assert "no attendee has 'nobody' in the name" in said.out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", "badge-1\nbadge-2\n"),
        ("list.csv", "email,attendee\na@b.example,badge-1\nc@d.example,badge-2\n"),
        ("list.txt", "attendee;note\nbadge-1;x\nbadge-2;\n"),
        ("list.csv", "sep=;\nattendee;note\nbadge-1;x\nbadge-2;\n"),
        ("list.txt", 'sep=;\n"note; or more";attendee;;\nx;badge-1\ny;badge-2;;\n'),
        ("list.csv", "Attendee\nbadge-1\nbadge-2\n"),
    ],
)
def test_a_list_has_the_names_and_nothing_else(
    boxd: Boxd, box: BoxInThread, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    said = boxd("attendees", "import", str(file), "--dry-run")
    assert said.code == 0, said.err
    assert said.out.splitlines()[:3] == ["badge-1", "badge-2", f"2 attendees in {file}"]
    assert "no attendees yet" in boxd("attendees", "list").out
    assert boxd("attendees", "import", str(file)).code == 0
    listed = boxd("attendees", "list").out
    assert "badge-1" in listed
    assert "example" not in listed
    file.write_text("attendee\nBadge-1\nAda\nADA\n")
    said = boxd("attendees", "import", str(file), "--dry-run")
    assert "'Badge-1' is spelled nearly like 'badge-1'" in said.err
    assert "'ADA' is spelled nearly like 'Ada'" in said.err
    assert boxd("attendees", "list").out == listed


def test_a_csv_without_a_column_of_names_is_refused_whole(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email\nAda,a@b.example\n")
    said = boxd("attendees", "import", str(file))
    assert said.code == 1
    assert "'attendee' is missing" in said.err
    assert "no attendees yet" in boxd("attendees", "list").out
