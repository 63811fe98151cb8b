"""When a redemption was at the stage where the box opens a locker: what allows each attempt."""

from __future__ import annotations

import json

from checker.actions import ACTUATION_INTENDED, ANSWER
from checker.ledger import Answer, Ledger


def leads_to_open(answer: Answer) -> bool:
    """Whether the answer sends the redemption to the stage `open`: jammed only with again."""
    if answer.kind == "jammed":
        return _remedy_is_again(answer.detail)
    return answer.kind in ("loaded", "reopened")


def answers_of(ledger: Ledger, redemption: str) -> list[Answer]:
    """A redemption's answers in the order of the questions."""
    mine = [answer for answer in ledger.answers if answer.redemption == redemption]
    return sorted(mine, key=lambda answer: answer.step)


def ordered_too_early(ledger: Ledger, redemption: str) -> list[int]:
    """The audit rows of orders that come before the answer that allows them.

    Order comes from the audit trail, never from the clock. Where the trail lacks rows of this
    redemption nothing is said here: that it does is another finding.
    """
    rows = [row for row in ledger.audit if row.redemption == redemption]
    answers = answers_of(ledger, redemption)
    told = [row for row in rows if row.action.startswith(ANSWER)]
    if [row.action for row in told] != [ANSWER + answer.kind for answer in answers]:
        return []
    allowed = [row.seq for row, each in zip(told, answers, strict=True) if leads_to_open(each)]
    ordered = [row.seq for row in rows if row.action == ACTUATION_INTENDED]
    return [order for allow, order in zip(allowed, ordered, strict=False) if order < allow]


def _remedy_is_again(detail: str) -> bool:
    try:
        parsed = json.loads(detail)
    except ValueError:
        return False
    return isinstance(parsed, dict) and parsed.get("remedy") == "again"
