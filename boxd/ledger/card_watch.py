"""Which attendees' pages a transaction changes, whoever writes it: triggers of the writer see it.

They live in the connection and not in the file. What they call may name too many, never too few.
"""

from __future__ import annotations

import sqlite3

TouchedCards = frozenset[int] | None
"""The attendees' numbers; None for all of them."""

_ALL = -1
# Tables, and whose page a row of theirs is on. `row` stands for the new row, or the deleted one.
_ONES = {
    "attendees": "row.id",
    "tasks": "row.attendee",
    "codes": "row.attendee",
    "issues": "row.attendee",
    "scans": "(SELECT attendee FROM tasks WHERE id = row.task)",
    "submissions": "(SELECT attendee FROM tasks WHERE id = row.task)",
    "verdicts": "(SELECT attendee FROM tasks WHERE id = row.task)",
    "checkpoints": str(_ALL),
    "task_kinds": str(_ALL),
    "task_versions": str(_ALL),
    "switches": str(_ALL),
}
_EVENTS = {"INSERT": "new", "UPDATE": "new", "DELETE": "old"}


class CardWatch:
    """Collects what the present transaction touches."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._touched: set[int] = set()
        self.follow(connection)

    def follow(self, connection: sqlite3.Connection) -> None:
        """Watch this connection from now on."""
        connection.create_function("card_touched", 1, self._touch)
        for table, card in _ONES.items():
            for event, row in _EVENTS.items():
                _watch(connection, f"{event} ON {table}", card.replace("row.", f"{row}."))
        # Its other columns are changed with every unit that is given out.
        _watch(connection, "UPDATE OF name ON prizes", str(_ALL))

    def take(self) -> TouchedCards:
        """What was touched since the last call; None if every page was."""
        touched, self._touched = self._touched, set()
        return None if _ALL in touched else frozenset(touched)

    def _touch(self, card: int | None) -> None:
        self._touched.add(_ALL if card is None else card)


def _watch(connection: sqlite3.Connection, event: str, card: str) -> None:
    name = "card_" + "_".join(event.lower().split())
    connection.execute(
        f"CREATE TEMP TRIGGER IF NOT EXISTS {name} AFTER {event.replace(' ON ', ' ON main.')}"
        f" BEGIN SELECT card_touched({card}); END"
    )
