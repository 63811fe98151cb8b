"""What a command makes is never lost: where it is to be written is proven before it is made."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.cli.files.atomic_write import prove_writable, replacing
from boxd.errors import BadInput
from tests.cli.cli_line import Boxd

# A folder in which nobody makes a file, not even root.
NOWHERE = Path("/proc/self")


@pytest.fixture
def disk_of_100_kb() -> Iterator[None]:
    """Files can be no longer than that: what a full disk says comes as early."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("place", [NOWHERE / "codes.csv", Path("/no/such/folder/codes.csv")])
def test_a_place_that_takes_no_file_is_told(place: Path) -> None:
    with pytest.raises(BadInput, match=f"{place} can't be written: .*; nothing was made"):
        prove_writable(place, 1)


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Is a directory"):
        prove_writable(tmp_path, 1)


@pytest.mark.usefixtures("disk_of_100_kb")
def test_a_disk_without_room_is_told_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    with pytest.raises(BadInput, match="can't be written: File too large"):
        prove_writable(file, 200_000)
    with pytest.raises(BadInput, match="File too large"), replacing(file, 200_000):
        raise AssertionError("the block is not entered")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_as_long_as_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    with replacing(file, 50_000) as out:
        out.write("attendee,code\n")
    assert file.read_text() == "attendee,code\n"


@pytest.mark.parametrize("output", [NOWHERE / "cards.html", NOWHERE / "cards", NOWHERE / "x.pdf"])
def test_no_card_ends_for_sheets_that_can_not_be_written(boxd: Boxd, output: Path) -> None:
    """Nobody answers at the socket: the command has to notice before it asks."""
    said = boxd("attendees", "link", "badge-1", "--renew", "--output", str(output))
    assert said.code == 1
    assert "can't be written" in said.err


def test_a_dry_run_of_new_cards_ends_none(boxd: Boxd, tmp_path: Path) -> None:
    """Nobody answers at the socket: the command asks for nothing."""
    out = str(tmp_path / "cards.html")
    said = boxd("attendees", "link", "ada", "bo", "--renew", "--output", out, "--dry-run")
    assert said.code == 0, said.err
    assert "cards of 2 attendees (ada, bo)" in said.out
    assert "printed for them before would be of no use" in said.out
    assert list(tmp_path.glob("cards*")) == []


def test_no_code_is_made_for_a_file_that_can_not_be_written(boxd: Boxd, tmp_path: Path) -> None:
    listed = tmp_path / "attendees.csv"
    listed.write_text("attendee\nada\n")
    out = str(NOWHERE / "codes.csv")
    for asked in (["--for", str(listed)], ["ada"]):
        said = boxd("codes", "issue", *asked, "--csv", out)
        assert (said.code, "can't be written" in said.err) == (1, True)


def test_a_list_of_badges_that_a_spreadsheet_spoiled_makes_no_links(
    boxd: Boxd, tmp_path: Path
) -> None:
    listed = tmp_path / "badges.txt"
    listed.write_text('badge-1\n1.23E+12\n="0012"\n')
    said = boxd("attendees", "link", "--from", str(listed))
    assert "no link was made" in said.err
    assert "line 2: '1.23E+12'" in said.err
    assert "line 3: '=\"0012\"' is a spreadsheet's formula; write 0012 there" in said.err
