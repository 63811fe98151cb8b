"""The report as people read it, and as programs do."""

from __future__ import annotations

import json

from checker.invariants import Finding, Report, Verdict

# More evidence than this of one finding hides the rest; `--json` has all of it.
_MOST_SHOWN = 12


def as_table(report: Report) -> str:
    """An aligned table of the invariants, then the findings with their evidence, then notes."""
    rows = [("", "invariant", "checked", "found"), *map(_row, report.verdicts)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = ["  ".join([*map(str.ljust, row, widths), row[3]]).rstrip() for row in rows]
    findings = [text for finding in report.findings for text in ("", *_shown(finding))]
    notes = [f"note: {note}" for note in report.notes]
    return "\n".join([*table, *findings, *([""] if notes else []), *notes])


def as_json(report: Report) -> str:
    """The whole report as one JSON object."""
    return json.dumps(
        {
            "invariants": [_verdict_as_json(verdict) for verdict in report.verdicts],
            "findings": [_finding_as_json(finding) for finding in report.findings],
            "notes": report.notes,
        },
        ensure_ascii=False,
        indent=2,
    )


def _row(verdict: Verdict) -> tuple[str, str, str, str]:
    checked = ", ".join(f"{count} {name}" for name, count in verdict.checked)
    found = f"{len(verdict.findings)} FOUND" if verdict.findings else "nothing"
    return str(verdict.invariant.value), verdict.invariant.title, checked, found


def _shown(finding: Finding) -> list[str]:
    shown = [f"    {text}" for text in finding.evidence[:_MOST_SHOWN]]
    left = len(finding.evidence) - _MOST_SHOWN
    more = [f"    and {left} more; --json shows all"] if left > 0 else []
    return [f"{finding.invariant.value}  {finding.what}", *shown, *more]


def _verdict_as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "invariant": verdict.invariant.value,
        "title": verdict.invariant.title,
        "checked": dict(verdict.checked),
        "findings": len(verdict.findings),
    }


def _finding_as_json(finding: Finding) -> dict[str, object]:
    return {
        "invariant": finding.invariant.value,
        "title": finding.invariant.title,
        "what": finding.what,
        "evidence": list(finding.evidence),
    }
