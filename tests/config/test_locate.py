"""Lines of keys in TOML as people write it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from boxd.config.toml_positions import KeyPath, line_at, lines_of

CONFIG = Path(__file__).parents[2] / "config"


def all_paths(path: KeyPath, value: Any) -> list[KeyPath]:
    if isinstance(value, dict):
        inner = [all_paths((*path, key), each) for key, each in value.items()]
    elif isinstance(value, list):
        inner = [all_paths((*path, index), each) for index, each in enumerate(value)]
    else:
        inner = []
    return [path, *(each for paths in inner for each in paths)]


ODD = '''\
# a comment with [brackets] and key = "value"

title = """
[not.a.section]
not_a_key = 1 \\
"quoted" \\""" still inside"""   # ["]
'single quoted' = \'\'\'
a = 1
\'\'\'
"with \\u0061 escape" = 'C:\\path\\'
a.b . "c.d" = 1
[ servers . alpha ]
ip = "x#y]z"
  indented = [ 1,
    2, # two
    # none
    [ 3, 4 ],
    { five = 5,  six.seven = [ 6 ] },
  ]
[[things]]
name = 1
[things.inner]
deep = true
[[things.parts]]
size = 1
[[things.parts]]
size = 2
[[things]]

name = 2
parts = []
[ "a ] b" ]
date = 1979-05-27 07:32:00
[servers]
beta = { ip = "}", list = [ "]" ] }
four = """a""""
after = 1
'''

LINES: dict[KeyPath, int] = {
    ("title",): 3,
    ("single quoted",): 7,
    ("with a escape",): 10,
    ("a",): 11,
    ("a", "b", "c.d"): 11,
    ("servers",): 12,
    ("servers", "alpha"): 12,
    ("servers", "alpha", "ip"): 13,
    ("servers", "alpha", "indented"): 14,
    ("servers", "alpha", "indented", 0): 14,
    ("servers", "alpha", "indented", 1): 15,
    ("servers", "alpha", "indented", 2): 17,
    ("servers", "alpha", "indented", 2, 1): 17,
    ("servers", "alpha", "indented", 3): 18,
    ("servers", "alpha", "indented", 3, "six", "seven", 0): 18,
    ("things",): 20,
    ("things", 0): 20,
    ("things", 0, "name"): 21,
    ("things", 0, "inner", "deep"): 23,
    ("things", 0, "parts", 0): 24,
    ("things", 0, "parts", 0, "size"): 25,
    ("things", 0, "parts", 1): 26,
    ("things", 0, "parts", 1, "size"): 27,
    ("things", 1): 28,
    ("things", 1, "name"): 30,
    ("things", 1, "parts"): 31,
    ("a ] b", "date"): 33,
    ("servers", "beta"): 35,
    ("servers", "beta", "list", 0): 35,
    ("four",): 1,
    ("servers", "four"): 36,
    ("servers", "after"): 37,
}


@pytest.mark.parametrize("path", LINES, ids=str)
def test_a_key_is_found_on_its_line(path: KeyPath) -> None:
    assert LINES[path] == line_at(lines_of(ODD), path)


@pytest.mark.parametrize(
    "text",
    [ODD, *(file.read_text() for file in CONFIG.glob("*.toml"))],
    ids=["odd", *(file.name for file in CONFIG.glob("*.toml"))],
)
def test_everything_that_tomllib_reads_has_a_line_and_nothing_else_has(text: str) -> None:
    expected = set(all_paths((), tomllib.loads(text))) - {()}

    assert expected == set(lines_of(text))


def test_what_is_absent_has_the_line_of_what_is_around_it() -> None:
    lines = lines_of("[box]\n\n[[bays]]\nid = 1\n[[bays]]\nid = 2\n")

    assert line_at(lines, ("bays", 1, "keypad")) == 5
    assert line_at(lines, ("box", "id")) == 1
    assert line_at(lines, ("nowhere",)) == 1
