"""As many steps of an issue as can be taken in one transaction: each commit is a flush of the card.

A step that fails is taken back alone. It is left to the issue's workflow, whose activity meets the
same fault, says why, and has the steps before it undone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from boxd.issue import DRAW_BITS, IssueStanding, IssueState
from boxd.ledger import issues, issuing
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.issuing import IssueRules
from boxd.ledger.ledger import Transaction
from boxd.ledger.savepoint import savepoint


@dataclass(frozen=True)
class IssueSteps:
    """Takes them by the configured rules."""

    rules: IssueRules
    keys: CodeKeys

    def begin(self, tx: Transaction, issue: str) -> IssueStanding:
        """Go as far as possible with an issue that was just asked for.

        Where another box keeps the limits, the workflow asks it first.
        """
        asked = issues.require(tx.connection, issue)
        if self.rules.has_keeper:
            return asked
        draw = secrets.randbits(DRAW_BITS)
        picked = _attempted(tx, asked, lambda: issuing.pick(tx, issue, 1, draw, self.rules))
        return self.go_on(tx, picked)

    def go_on(self, tx: Transaction, standing: IssueStanding) -> IssueStanding:
        """Go as far as possible with an issue whose prize is picked."""
        issue = standing.issue
        steps: dict[IssueState, Callable[[], IssueStanding]] = {
            IssueState.PICKED: lambda: issuing.hold(tx, issue, self.rules),
            IssueState.HELD: lambda: issuing.mint(tx, issue, self.rules, self.keys),
            IssueState.MINTED: lambda: issuing.hand_over(tx, issue),
        }
        while step := steps.get(standing.state):
            before, standing = standing, _attempted(tx, standing, step)
            if standing is before:
                break
        return standing


def _attempted(
    tx: Transaction, standing: IssueStanding, step: Callable[[], IssueStanding]
) -> IssueStanding:
    """The issue after a step; as it was before, if that fails."""
    try:
        with savepoint(tx.connection):
            return step()
    except Exception:
        if not tx.connection.in_transaction:  # the disk: nothing of the transaction is left
            raise
        return standing
