"""Broken configuration files: what a person is told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from boxd.config import load
from boxd.errors import ConfigError
from tests.config import (
    broken_housekeeping,
    broken_lights,
    broken_notices,
    broken_parts,
    broken_phones,
    broken_tasks,
    broken_upstream,
)
from tests.config.broken import CASES, NAME, VALID, Broken

EVERY_CASE = {
    **CASES,
    **broken_parts.CASES,
    **broken_tasks.CASES,
    **broken_phones.CASES,
    **broken_notices.CASES,
    **broken_upstream.CASES,
    **broken_housekeeping.CASES,
    **broken_lights.CASES,
}


def complaint(folder: Path, text: str) -> str:
    file = folder / "boxd.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    return str(caught.value).replace(str(file), "boxd.toml")


def line_of(mark: str, text: str) -> int:
    lines = text.split("\n")
    return 1 + next(number for number, line in enumerate(lines) if mark in line)


@pytest.mark.parametrize(
    "text",
    [VALID, broken_parts.MIXED, broken_tasks.TASKS, broken_phones.PHONES, broken_lights.LIGHTS],
    ids=["boards", "mixed", "tasks", "phones", "lights"],
)
def test_the_file_that_is_broken_below_is_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "boxd.toml"
    file.write_text(text)

    assert load(file).box.id == "box-1"


@pytest.mark.parametrize("case", EVERY_CASE.values(), ids=EVERY_CASE.keys())
def test_one_error_is_told_with_its_line_and_remedy(case: Broken, tmp_path: Path) -> None:
    expected = f"boxd.toml:{line_of('# here', case.text)}: {case.said}"

    assert expected == complaint(tmp_path, case.text)


EVERYTHING_WRONG = """\
[box]
id = "Box 1"
nmae = "Prize box"
[web]
port = "4321"
host = "0.0.0.0"
[lockout]
first_s = 7200
[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 9"
[[devices]]
kind = "codetv"
name = "board-1"
port = "CodeTV Board 1"
[[devices]]
kind = "codetv"
name = "board-2"
port = "CodeTV Board 1"
[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-3"
[[lockers]]
id = 1
bay = "bay-1"
latch = "board-0"
[[lockers]]
id = 2
bay = "bay-2"
latch = "board-1"
dor = "x"
[[lockers]]
id = 3
bay = "bay-1"
latch = "board-1"
[bay]
"""

ALL_OF_IT = f"""\
boxd.toml:2: [box] id = "Box 1" can't be; it takes {NAME}
boxd.toml:3: [box]: unknown key 'nmae'; did you mean 'name'?
boxd.toml:5: [web] port = "4321" can't be; it takes a whole number from 1 to 65535, without quotes\
 (without this line: 4321)
boxd.toml:8: [lockout] first_s = 7200 is longer than longest_s = 3600; make first_s smaller, or\
 longest_s greater
boxd.toml:12: device 'board-0': port = "CodeTV Board 9" can't be; it takes the product name of a\
 board: 'CodeTV Board 0', 1, 2 or 3
boxd.toml:20: device 'board-2': the port 'CodeTV Board 1' is taken by device 'board-1' already;\
 two devices can't share a port; name the other one's
boxd.toml:24: bay 'bay-1': lamps = 'board-3', but no device has that name; did you mean 'board-2'?
boxd.toml:31: locker 2: bay = 'bay-2', but no bay has that id; did you mean 'bay-1'?
boxd.toml:33: locker 2: unknown key 'dor'; did you mean 'door'?
boxd.toml:37: locker 3: the latch of 'board-1' is taken by locker 2 already; one part of a device\
 serves one; name another device
boxd.toml:38: unknown section 'bay'; did you mean [[bays]]?"""


def test_all_errors_of_a_file_are_told_at_once_in_its_order(tmp_path: Path) -> None:
    assert complaint(tmp_path, EVERYTHING_WRONG) == ALL_OF_IT


def test_an_empty_file_lacks_the_box_and_a_bay(tmp_path: Path) -> None:
    assert complaint(tmp_path, "") == (
        "boxd.toml:1: the section [box] is missing, and every box needs it; add it\n"
        "boxd.toml:1: there is no bay; add one with [[bays]], and its lockers"
    )


def test_a_broken_device_brings_no_complaints_about_those_who_use_it(tmp_path: Path) -> None:
    text = VALID.replace('"CodeTV Board 0"', '"CodeTV Board"')

    assert complaint(tmp_path, text).count("\n") == 0


def test_an_item_that_is_no_section_is_told(tmp_path: Path) -> None:
    text = 'seed = ["mug"]\n' + VALID

    assert complaint(tmp_path, text) == (
        "boxd.toml:1: 'seed' is a list of sections; write [[seed]] above each of them"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "boxd.toml")

    assert str(caught.value) == (
        f"{tmp_path}/boxd.toml: there is no such file; name the right one: --config FILE"
    )


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)

    assert str(caught.value) == f"{tmp_path}: can't be read (Is a directory); mend that first"


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "boxd.toml"
    file.write_bytes(b'[box]\nid = "box-1"\nname = "K\xe4stchen"\n')

    with pytest.raises(ConfigError) as caught:
        load(file)

    assert str(caught.value) == f"{file}:3: not UTF-8 text; save the file as UTF-8"


def test_a_file_as_windows_editors_write_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "boxd.toml"
    file.write_bytes(b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode())

    assert load(file).box.id == "box-1"


PIECES = ["", "\n", "[", "]", "[[", "{", "}", '"', "'", "=", ".", ",", "#", "0", "-1", "1e9", "nan"]
PIECES += ["true", "[box]", "[[bays]]", "[devices]", "x = ", "[]", "{}", '"a"', "1979-05-27", "\\"]


def test_whatever_stands_in_a_file_it_loads_or_is_refused_with_lines(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    whole = (Path(__file__).parents[2] / "config" / "sim.toml").read_text()
    words = "\n".join(line for line in whole.split("\n") if line and not line.startswith("#"))
    file = tmp_path / "boxd.toml"
    refused = 0
    for _ in range(1500):
        text = words
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(text))
            end = start + chance.choice([0, 1, 1, 3, 10])
            text = text[:start] + chance.choice(PIECES) + text[end:]
        file.write_text(text)
        try:
            load(file)
        except ConfigError as error:
            refused += 1
            for line in str(error).split("\n"):
                number = line.removeprefix(f"{file}:").partition(":")[0]
                assert 1 <= int(number) <= text.count("\n") + 1
    assert refused > 1000
