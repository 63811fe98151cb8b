"""The report: for people in a narrow terminal, and as JSON for scripts. Pure functions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from boxd.doctor.check import CheckResult, worst
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Grade
from boxd.ledger.ledger import as_text

Style = Callable[[str, Grade], str]
"""Colours a word by its grade."""

_GRADE_WIDTH = 7  # of 'skipped'
_INDENT = 2
_GAP = 2


def as_json(context: CheckContext, examined: Sequence[CheckResult]) -> dict[str, Any]:
    """All results, in the form of `boxd doctor --json`."""
    findings = [finding for each in examined for finding in each.findings]
    return {
        "box": context.name,
        "at": as_text(context.now),
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
    examined: Sequence[CheckResult], width: int, style: Style, everything: bool = False
) -> Iterator[str]:
    """The findings by family, each with its remedy below it; the summary comes last.

    Checks that don't apply to this box are only counted, unless `everything` is set.
    """
    names = max(len(each.check.name) for each in examined)
    for family, members in groupby(examined, key=lambda each: each.check.family):
        told = [
            line
            for each in members
            for finding in _for_people(each.findings, everything)
            for line in _of_one(each.check.name.ljust(names), finding, width, style)
        ]
        yield from (family, *told, "") if told else ()
    yield from _worst_by_name(examined, width, style)
    yield summary([finding for each in examined for finding in each.findings], style)


def _for_people(findings: Sequence[Finding], everything: bool) -> Iterator[Finding]:
    """One line for all passed findings of a check, below the others."""
    well = [finding.seen for finding in findings if finding.grade is Grade.PASSED]
    for finding in findings:
        concerns = finding.grade is not Grade.SKIPPED or bool(finding.remedy) or everything
        if finding.grade is not Grade.PASSED and concerns:
            yield finding
    if well:
        yield Finding(Grade.PASSED, "; ".join(well))


def _worst_by_name(examined: Sequence[CheckResult], width: int, style: Style) -> Iterator[str]:
    """The failed checks by name, for readers whose terminal has scrolled."""
    bad = [each for each in examined if worst(each.findings) is Grade.FAILED]
    named = ", ".join(f"{each.check.family}/{each.check.name}" for each in bad)
    yield from (style(line, Grade.FAILED) for line in _wrapped(named, width) if line)


def summary(findings: Sequence[Finding], style: Style) -> str:
    """The number of findings of each grade, worst first."""
    grades = (Grade.FAILED, Grade.WARNED, Grade.PASSED, Grade.SKIPPED)
    counts = {grade: _count(findings, grade) for grade in grades}
    return ", ".join(style(f"{count} {grade}", grade) for grade, count in counts.items() if count)


def _of_one(name: str, finding: Finding, width: int, style: Style) -> Iterator[str]:
    margin = " " * (_INDENT + _GRADE_WIDTH + _GAP + len(name) + _GAP)
    grade = style(finding.grade.value.ljust(_GRADE_WIDTH), finding.grade)
    seen = _wrapped(finding.seen, width - len(margin))
    yield f"{' ' * _INDENT}{grade}{' ' * _GAP}{name}{' ' * _GAP}{seen[0]}"
    yield from (f"{margin}{more}" for more in seen[1:])
    if finding.remedy:
        # Not wrapped, so that it can be copied: a terminal keeps a long line whole.
        command, *section = finding.remedy.splitlines()
        yield f"{' ' * (_INDENT + _GRADE_WIDTH + _GAP)}> {command}"
        yield from section


def _wrapped(text: str, width: int) -> list[str]:
    made = textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)
    return made or [""]


def _count(findings: Sequence[Finding], grade: Grade) -> int:
    return sum(finding.grade is grade for finding in findings)
