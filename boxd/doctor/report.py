"""What was found, for people in a narrow terminal, and as JSON for scripts. Plain functions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from boxd.doctor.check import Examined, worst
from boxd.doctor.finding import Finding, Grade
from boxd.doctor.patient import Patient
from boxd.ledger.ledger import as_text

Style = Callable[[str, Grade], str]
"""Colours a word by the grade that it stands for."""

_GRADE_WIDTH = 7  # of 'skipped'
_INDENT = 2
_GAP = 2


def as_json(patient: Patient, examined: Sequence[Examined]) -> dict[str, Any]:
    """Everything that was found."""
    findings = [finding for each in examined for finding in each.findings]
    return {
        "box": patient.name,
        "at": as_text(patient.now),
        "worst": worst(findings),
        "counts": {grade: _count(findings, grade) for grade in Grade},
        "checks": [
            {
                "family": each.check.family,
                "check": each.check.name,
                "grade": finding.grade,
                "seen": finding.seen,
                "remedy": finding.remedy,
            }
            for each in examined
            for finding in each.findings
        ],
    }


def lines(
    examined: Sequence[Examined], width: int, style: Style, everything: bool = False
) -> Iterator[str]:
    """The findings in their families, each with its remedy under it; the sum of all comes last.

    What was skipped because it does not concern this box is only counted, unless `everything`.
    """
    names = max(len(each.check.name) for each in examined)
    found = [(each.check, finding) for each in examined for finding in each.findings]
    shown = [each for each in found if everything or _concerns_people(each[1])]
    for family, members in groupby(shown, key=lambda each: each[0].family):
        yield family
        for check, finding in members:
            yield from _of_one(check.name.ljust(names), finding, width, style)
        yield ""
    yield summary([finding for _, finding in found], style)


def summary(findings: Sequence[Finding], style: Style) -> str:
    """How many of each grade, worst first."""
    grades = (Grade.FAILED, Grade.WARNED, Grade.PASSED, Grade.SKIPPED)
    counts = {grade: _count(findings, grade) for grade in grades}
    return ", ".join(style(f"{count} {grade}", grade) for grade, count in counts.items() if count)


def _concerns_people(finding: Finding) -> bool:
    return finding.grade is not Grade.SKIPPED or bool(finding.remedy)


def _of_one(name: str, finding: Finding, width: int, style: Style) -> Iterator[str]:
    margin = " " * (_INDENT + _GRADE_WIDTH + _GAP + len(name) + _GAP)
    grade = style(finding.grade.value.ljust(_GRADE_WIDTH), finding.grade)
    seen = _wrapped(finding.seen, width - len(margin))
    yield f"{' ' * _INDENT}{grade}{' ' * _GAP}{name}{' ' * _GAP}{seen[0]}"
    yield from (f"{margin}{more}" for more in seen[1:])
    if finding.remedy:
        # Not wrapped: it is to be copied, and a terminal keeps a long line whole when it is.
        yield f"{' ' * (_INDENT + _GRADE_WIDTH + _GAP)}> {finding.remedy}"


def _wrapped(text: str, width: int) -> list[str]:
    made = textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)
    return made or [""]


def _count(findings: Sequence[Finding], grade: Grade) -> int:
    return sum(finding.grade is grade for finding in findings)
