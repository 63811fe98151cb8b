"""Files of codes and of attendees, good and bad: the message that a person gets for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.cli.files.code_file import CodeRow, read_attendees, read_codes
from boxd.errors import BadInput
from boxd.ledger.check_digit import check_digit

LENGTH = 8


def code(number: int) -> str:
    digits = f"{number:07d}"
    return digits + check_digit(digits)


ONE, TWO = code(1234567), code(42)


def prizes() -> list[str]:
    return ["mug", "pin"]


@pytest.mark.parametrize(
    "content",
    [
        f"code,attendee,sku\n{ONE},ada,mug\n{TWO},bob,\n".encode(),
        f"\ufeffSKU;Code;Attendee\r\nmug;{ONE};ada\r\n;{TWO};bob\r\n".encode(),
        f"code\tattendee\tsku\n{ONE}\tada\tmug\n{TWO}\tbob\t\n".encode("utf-16"),
        f'sep=;\ncode;attendee;sku\n"{ONE}";"ada";"mug"\n{TWO};bob;\n'.encode(),
    ],
    ids=["plain", "excel", "unicode text", "with a hint"],
)
def test_codes_are_read_as_people_save_them(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "codes.csv"
    file.write_bytes(content)
    found = [(row.code, row.attendee, row.sku) for row in read_codes(file, LENGTH, prizes)]
    assert found == [(ONE, "ada", "mug"), (TWO, "bob", None)]


BAD = {
    "a wrong check digit": (f"{ONE[:-1]}{(int(ONE[-1]) + 1) % 10},ada", "has a wrong check digit"),
    "a zero was dropped": (f"{TWO.lstrip('0')},ada", "spreadsheets drop zeros at the front"),
    "too long": (f"{ONE}0,ada", "has 9 digits; a code of this box has 8 ([codes] length)"),
    "letters": ("1234567A,ada", "code '1234567A' is to be 8 digits and nothing else"),
    "digits of another script": ("١٢٣٤٥٦٧٨,ada", "is to be 8 digits and nothing else"),
    "as a spreadsheet shows it": (
        "1.23E+07,ada",
        "line 2: code '1.23E+07' is what a spreadsheet made of a long number",
    ),
    "a badge as a spreadsheet shows it": (f'{ONE},"1,23E+12"', "attendee '1,23E+12' is what a"),
    "a formula that gives a text": (
        f'{ONE},"=""0012"""',
        "attendee '=\"0012\"' is a spreadsheet's formula; write 0012 there",
    ),
    "two mistakes in one line": ("12,", "line 2: code '12' has 2 digits; a code of this box has 8"),
    "the other of the two": ("12,", "line 2: attendee '' is empty"),
    "nobody": (f"{ONE},", "attendee '' is empty"),
    "two lines in one cell": (f'{ONE},"ada\nbyron"', r"attendee 'ada\nbyron' has to be one line"),
    "there already": (f"{ONE},ada\n{ONE},bob", f"line 3: code '{ONE}' is there already, on line 2"),
    "a column too many": (f"{ONE},ada,mug", "line 2: 3 values for 2 columns"),
}


@pytest.mark.parametrize(("rows", "message"), BAD.values(), ids=BAD)
def test_a_bad_row_is_told_by_line_rule_and_remedy(tmp_path: Path, rows: str, message: str) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(f"code,attendee\n{rows}\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_codes(file, LENGTH, prizes)
    assert str(caught.value).startswith(f"{file}: nothing was imported; ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "attendee,sku,,\nada,mug,,\nbob,,,\n,,,\n,,,\n",
        "attendee,sku\nada,mug\nbob\n\n",
        "sep=;;;\nattendee;sku;;\nada;mug;;\nbob\n",
        '"sep=;"\nattendee;sku\nada;mug\nbob;\n',
        "\u3000Attendee\u00a0,sku\n\u00a0ada\u3000,\u00a0mug\n\ufeffbob,\u3000\n",
    ],
    ids=["empty columns at the end", "short rows", "a hint saved again", "a quoted hint", "blanks"],
)
def test_what_programs_leave_around_the_cells_is_no_mistake(tmp_path: Path, content: str) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text(content, encoding="utf-8")
    assert [(row.attendee, row.sku) for row in read_attendees(file, prizes)] == [
        ("ada", "mug"),
        ("bob", None),
    ]


def test_a_hint_says_what_separates_a_single_column(tmp_path: Path) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text("sep=;\nattendee\nLovelace, Ada\n")
    assert [row.attendee for row in read_attendees(file, prizes)] == ["Lovelace, Ada"]


def test_a_column_without_a_name_in_between_is_told(tmp_path: Path) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text("attendee,,sku\nada,1,mug\n")
    with pytest.raises(BadInput, match="line 1: column 2 has no name"):
        read_attendees(file, prizes)


def test_an_unknown_prize_is_told_with_everything_else_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text("attendee,sku,expires_at\nada,cup,never\n")
    with pytest.raises(BadInput) as caught:
        read_attendees(file, prizes)
    told = [line.strip() for line in str(caught.value).splitlines()[1:]]
    assert told == [
        "line 2: expires_at 'never' is to be a time like 2026-11-22T18:00:00+01:00, or empty for"
        " as long as configured",
        "line 2: there is no prize 'cup'; known: mug, pin",
    ]


def test_a_file_without_prizes_asks_for_none(tmp_path: Path) -> None:
    def not_asked() -> list[str]:
        raise AssertionError("nobody needs to know")

    file = tmp_path / "attendees.csv"
    file.write_text("attendee\nada\n")
    assert len(read_attendees(file, not_asked)) == 1


@pytest.mark.parametrize(
    "name", ["山田\u3000太郎", "क\u094d\u200dष", "\U0001f469\u200d\U0001f4bb", "a/b"]
)
def test_an_attendee_may_be_called_anything(tmp_path: Path, name: str) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text(f"attendee\n{name}\n", encoding="utf-8")
    (row,) = read_attendees(file, prizes)
    assert row.attendee == name.replace("\u3000", " ")


@pytest.mark.parametrize("time", ["tomorrow", "2026-11-22", "2026-11-22T18:00:00"])
def test_a_time_without_its_distance_to_utc_is_refused(tmp_path: Path, time: str) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(f"code,attendee,expires_at\n{ONE},ada,{time}\n")
    with pytest.raises(BadInput, match=r"is to be a time like 2026-11-22T18:00:00\+01:00"):
        read_codes(file, LENGTH, prizes)


def test_every_error_is_told_at_once_with_the_line_that_an_editor_shows(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(f'code,attendee\nx,"ada\nbyron"\n\ny,bob\n{ONE},eve\n')
    with pytest.raises(BadInput) as caught:
        read_codes(file, LENGTH, prizes)
    lines = [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]]
    assert lines == ["line 2", "line 2", "line 5"]


def test_of_a_hundred_thousand_bad_lines_the_first_are_told_and_all_are_counted(
    tmp_path: Path,
) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("code,attendee\n" + "x,ada\n" * 100_000)
    with pytest.raises(BadInput) as caught:
        read_codes(file, LENGTH, prizes)
    told = str(caught.value).splitlines()
    assert len(told) == 102
    assert told[-1].strip() == "... and 199899 more"


def test_a_file_of_another_program_is_told_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "attendees.csv"
    file.write_bytes("attendee\nada\nJürgen\n".encode("cp1252"))
    with pytest.raises(BadInput, match=r"line 3: byte 0xfc is not UTF-8.*'ü' there.*iconv"):
        read_attendees(file, prizes)


def test_attendees_are_read_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text("attendee,expires_at\nbob,2030-01-01T12:00:00+01:00\nada,\n")
    assert read_attendees(file, prizes) == [
        CodeRow(2, "bob", None, None, "2030-01-01T12:00:00+01:00"),
        CodeRow(3, "ada", None, None, None),
    ]


def test_an_attendee_twice_is_told(tmp_path: Path) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text("attendee\nada\nbob\nada\n")
    with pytest.raises(BadInput, match="line 4: attendee 'ada' is there already, on line 2"):
        read_attendees(file, prizes)


@pytest.mark.parametrize("content", ["attendee\n", "attendee,sku\n\n,\n"])
def test_a_file_without_rows_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "attendees.csv"
    file.write_text(content)
    with pytest.raises(BadInput, match="there is no line below the header"):
        read_attendees(file, prizes)
