"""Every place in "How do I …" of CONTRIBUTING.md is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.docs.test_decisions import Place, definitions, places_of
from tests.house.reading import ROOT

_FILE = re.compile(r"`([\w./-]+\.(?:py|sql|md))`")


def rows() -> Iterator[list[str]]:
    """The cells of each row."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## How do I …")[2]
    for line in text.partition("\n## ")[0].splitlines():
        if line.startswith("| ") and not line.startswith("| to …"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


ROWS = list(rows())
PLACES = [place for asked, *told in ROWS for cell in told for place in places_of(asked, cell)]
FILES = sorted({file for row in ROWS for cell in row for file in _FILE.findall(cell)})


def test_there_are_rows_with_places() -> None:
    assert len(ROWS) > 5
    assert {asked for asked, *_ in ROWS} >= {place.question for place in PLACES}


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_there(file: str) -> None:
    assert Place("", file, "").path.is_file()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.file}-{place.name}")
def test_every_name_is_defined_in_its_file(place: Place) -> None:
    names = [name for name, _ in definitions(place.path)] if place.path.suffix == ".py" else [""]
    assert place.name in names
