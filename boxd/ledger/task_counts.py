"""How many tasks there are in some states."""

from __future__ import annotations

import sqlite3

from boxd.task import WITHOUT_CODE, TaskState


def without_code(connection: sqlite3.Connection) -> dict[TaskState, int]:
    """The tasks that ended without their code, by state."""
    states = sorted(WITHOUT_CODE)
    found = connection.execute(
        "SELECT state, count(*) FROM tasks"
        f" WHERE state IN ({','.join('?' * len(states))}) GROUP BY state",
        states,
    )
    return {TaskState(state): count for state, count in found}
