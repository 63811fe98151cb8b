"""The document lists every check, with what breaks it, in the doctor's order."""

from __future__ import annotations

from boxd.doctor.checks import CHECKS
from tests.doctor.seeing import ROOT


def test_the_table_is_true() -> None:
    text = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    section = text.partition("## The checks")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    told = [f"| {each.family} | {each.name} | {each.breaks} |" for each in CHECKS]
    assert rows[1:] == told
