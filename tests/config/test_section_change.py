"""A section is changed in the file as a person would have done it, or the person is asked to."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from boxd.config.section_change import with_keys
from boxd.errors import ConfigError

SHIPPED = Path("config/sim.toml").read_text(encoding="utf-8")


def test_a_box_joins_and_leaves_and_all_other_lines_stay() -> None:
    joined = with_keys(
        SHIPPED, "fleet", {"number": 2, "event": "fair", "box_names": ["Hall A", "B"]}
    )
    assert tomllib.loads(joined)["fleet"] == {
        "number": 2,
        "event": "fair",
        "box_names": ["Hall A", "B"],
    }
    left = with_keys(joined, "fleet", {"number": None, "event": None, "box_names": None})
    assert left == SHIPPED


def test_a_key_that_is_there_gets_its_new_value() -> None:
    changed = with_keys(
        "[fleet]\nnumber = 2 # ours\nfirst = 3\n[web]\nport = 1\n", "fleet", {"number": 4}
    )
    assert tomllib.loads(changed) == {"fleet": {"number": 4, "first": 3}, "web": {"port": 1}}


def test_a_file_without_the_section_gets_it() -> None:
    assert tomllib.loads(with_keys("[web]\nport = 1", "fleet", {"number": 4}))["fleet"] == {
        "number": 4
    }


@pytest.mark.parametrize(
    "text",
    ["fleet = {number = 1}\n", '[fleet]\nbox_names = [\n  "A",\n]\n'],
    ids=["inline", "list"],
)
def test_what_only_a_person_can_change_is_said_with_the_lines(text: str) -> None:
    with pytest.raises(
        ConfigError, match=r"by hand; write there: number = 2; box_names = \[\"B\"\]"
    ):
        with_keys(text, "fleet", {"number": 2, "box_names": ["B"]})
