"""The rules of a code's issue: its steps, and how the random number selects a prize."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# The number of random bits from the workflow; a float holds that many without rounding.
DRAW_BITS = 53


class IssueState(StrEnum):
    """How far the issue of a code has come."""

    ASKED = "asked"
    PICKED = "picked"  # the prize is chosen
    HELD = "held"  # one unit of it is held, and no code has it yet
    MINTED = "minted"  # the code exists, and was not handed over yet
    DONE = "done"
    SOLD_OUT = "sold_out"
    OVER_LIMIT = "over_limit"
    UNDONE = "undone"  # it failed, and its steps are undone

    @property
    def has_ended(self) -> bool:
        """Whether nothing can follow."""
        return self in ENDED


ENDED = frozenset({IssueState.DONE, IssueState.SOLD_OUT, IssueState.OVER_LIMIT, IssueState.UNDONE})


@dataclass(frozen=True)
class IssueStanding:
    """The standing of a code's issue in the ledger.

    `attempt` counts the picks: a unit may be gone before it is held. `code` is the code's number,
    never its digits; `why` says why there is none.
    """

    issue: str
    attendee: int
    state: IssueState
    since: str
    task: str | None = None
    attempt: int = 0
    sku: str = ""
    code: int | None = None
    why: str = ""


def why_no_prize(sku: str, known: Iterable[str]) -> str:
    """The error for a sku without a prize."""
    return f"there is no prize '{sku}'; known: {', '.join(known) or 'none yet'}"


def drawn(draw: int, among: Sequence[tuple[str, int]]) -> str:
    """The sku that the random number selects, each with the probability of its weight.

    `draw` has DRAW_BITS bits; `among` is not empty and its weights are above 0.
    """
    place = draw * sum(weight for _, weight in among) >> DRAW_BITS
    for sku, weight in among:
        place -= weight
        if place < 0:
            return sku
    raise ValueError(f"{draw} has more than {DRAW_BITS} bits")
