"""A decision is named by its number: each has one of its own, and says it."""

from __future__ import annotations

from collections import Counter

from tests.house.reading import ROOT


def test_no_two_decisions_have_one_number_and_each_says_its_own() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = Counter(path.name[:4] for path in files)
    assert [number for number, count in numbers.items() if count > 1] == []
    heads = {path.name: path.read_text(encoding="utf-8")[:8] for path in files}
    assert [name for name, head in heads.items() if head != f"# {name[:4]}: "] == []
