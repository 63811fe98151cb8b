"""The rows of the ledger as far as the audit trail has told them; what contradicts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from checker.ledger import AuditRow

Values = dict[str, Any]


@dataclass
class Retold:
    """Rows by table and key, as far as the trail tells their columns; lists where order counts."""

    redemptions: dict[Any, Values] = field(default_factory=dict)
    codes: dict[Any, Values] = field(default_factory=dict)
    actuations: dict[Any, Values] = field(default_factory=dict)
    tasks: dict[Any, Values] = field(default_factory=dict)
    issues: dict[Any, Values] = field(default_factory=dict)
    holds: dict[Any, Values] = field(default_factory=dict)
    prizes: dict[Any, Values] = field(default_factory=dict)
    lockers: dict[Any, Values] = field(default_factory=dict)
    movements: list[Values] = field(default_factory=list)
    answers: list[Values] = field(default_factory=list)
    scans: list[Values] = field(default_factory=list)
    submissions: list[Values] = field(default_factory=list)
    verdicts: list[Values] = field(default_factory=list)
    alarms: list[Values] = field(default_factory=list)
    overrides: dict[Any, Values] = field(default_factory=dict)
    approved_by_word: list[tuple[Any, str, str, Any]] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    def contradict(self, row: AuditRow, what: str) -> None:
        """The row tells what can't be after the rows before it."""
        self.contradictions.append(f"audit row {row.seq} ({row.action}): {what}")

    def agree(self, row: AuditRow, named: Values, known: Values) -> None:
        """What the row names has to be what the rows before it have told."""
        for name, value in named.items():
            if value is not None and known.get(name, value) != value:
                self.contradict(row, f"{name} is {value}, where {known[name]} was told before")

    def by_the_box(self, row: AuditRow) -> None:
        """The row tells what the box alone does."""
        if row.actor != "boxd":
            self.contradict(row, f"the box does so by itself, and not {row.actor}")


Handler = Callable[[Retold, AuditRow, str, Values], None]
