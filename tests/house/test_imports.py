"""Imports within boxd point downwards in the drawing of docs/architecture.md."""

from __future__ import annotations

import re
from itertools import count

from tests.house.reading import ROOT, imported, python_files

# What still points upwards, and why. An entry that is no longer needed fails the test.
UPWARDS: dict[tuple[str, str], str] = {}


def test_every_part_of_boxd_has_its_place_in_the_drawing() -> None:
    parts = {
        path.stem
        for path in (ROOT / "boxd").iterdir()
        if (path / "__init__.py").exists() or path.suffix == ".py"
    }
    assert parts - {"__init__", "__main__"} == set(ranks())


def test_imports_point_downwards() -> None:
    rank = ranks()
    upwards = {
        (importer, name)
        for file in python_files("boxd")
        for importer in [file.relative_to(ROOT / "boxd").with_suffix("").parts[0]]
        for name in re.findall(r"^boxd\.(\w+)", "\n".join(imported(file)), re.M)
        if importer != name and importer in rank and name in rank and rank[importer] >= rank[name]
    }
    assert upwards == set(UPWARDS)


def ranks() -> dict[str, int]:
    """How far down each part stands; parts of one line are of one rank."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = text.partition("\n## Imports\n")[2].partition("\n\nTwo rules")[0]
    lines = re.findall(r"^    (\w+(?: · \w+)*)", drawing, re.M)
    return {part: row for row, line in zip(count(), lines) for part in line.split(" · ")}
