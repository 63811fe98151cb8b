"""Every code has a cause: a person who issued it, or an issue whose draw fell on its prize."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from checker import actions
from checker.invariants import Finding, Invariant
from checker.ledger import AuditRow, Issue, Ledger

_DRAW_BITS = 53


def causes_of_codes(ledger: Ledger) -> Iterator[Finding]:
    """Weigh each code's row in the audit trail against its issue, and each draw anew."""
    issues = {each.id: each for each in ledger.issues}
    told: dict[str, int | None] = {}
    for row in ledger.audit:
        if row.action != actions.CODE_ISSUED:
            continue
        named = detail_of(row).get("issue")
        if named is not None:
            told[str(named)] = row.code
            yield from _named(row, issues.get(str(named)))
        elif not row.actor.strip():
            yield _finding(f"code {row.code} was issued by nobody and for no issue", row)
    for issue in ledger.issues:
        if issue.code is not None and told.get(issue.id) != issue.code:
            what = f"issue {issue.id} has code {issue.code}, which the audit trail does not tell"
            yield Finding(Invariant.AUDITED, what)
        yield from _draw(issue)


def detail_of(row: AuditRow) -> dict[str, Any]:
    """The details of an audit row; none where they can't be read."""
    try:
        detail = json.loads(row.detail)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _named(row: AuditRow, issue: Issue | None) -> Iterator[Finding]:
    if issue is None:
        yield _finding(f"code {row.code} was issued for an issue that is unknown", row)
    elif issue.code != row.code:
        yield _finding(f"code {row.code} was issued for {issue.id}, which has {issue.code}", row)


def _draw(issue: Issue) -> Iterator[Finding]:
    """The prize is the one that the recorded number falls on, each by its weight."""
    if issue.sku is None or issue.draw is None or issue.among is None:
        return
    among = _pool_of(issue.among)
    place = issue.draw * sum(weight for _, weight in among) >> _DRAW_BITS
    fell_on = ""
    for sku, weight in among:
        if 0 <= place < weight:
            fell_on = sku
        place -= weight
    if fell_on != issue.sku:
        what = f"issue {issue.id}: the draw falls on {fell_on or 'nothing'}, not on {issue.sku}"
        yield Finding(Invariant.AUDITED, what, (f"draw {issue.draw} among {issue.among}",))


def _pool_of(text: str) -> list[tuple[str, int]]:
    """What the draw fell on; empty where it can't be read, and then it falls on nothing."""
    try:
        return [(str(sku), int(weight)) for sku, weight in json.loads(text)]
    except (TypeError, ValueError):
        return []


def _finding(what: str, row: AuditRow) -> Finding:
    return Finding(Invariant.AUDITED, what, (f"audit row {row.seq} at {row.at}: {row.action}",))
