"""What somebody on call counts: redemptions, actuations, alarms, and how long things took."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

WAIT_BUCKETS_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""A person fetches a prize: seconds to minutes."""
OPENING_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""A pulse and its door: a tenth of a second, or the time that a door has."""

_WAITS = (
    "SELECT (julianday(answers.at) - julianday(redemptions.begun_at)) * 86400.0 AS took_s"
    " FROM redemptions JOIN answers ON answers.redemption = redemptions.id"
    " AND answers.step = (SELECT min(step) FROM answers WHERE redemption = redemptions.id)"
)
_OPENINGS = (
    "SELECT (julianday(outcome_at) - julianday(intent_at)) * 86400.0 AS took_s"
    " FROM actuations WHERE outcome = 'done' AND redemption IS NOT NULL"
)


@dataclass(frozen=True)
class Durations:
    """A histogram: `within` counts the durations up to each bound, `count` all of them."""

    within: Mapping[float, int]
    count: int
    sum_s: float


@dataclass(frozen=True)
class Tallies:
    """Counts since the ledger began.

    `redemptions` are by stage and refusal, `actuations` by outcome and by what they were for,
    `alarms` by kind, as often as they were raised, `notices` by way and by what became of them
    (sent, given up), and `notices_waiting` by way. `waits` end with the first answer of the
    operator, `openings` with the recorded outcome of an order that was carried out.
    """

    redemptions: Mapping[tuple[str, ...], int]
    actuations: Mapping[tuple[str, ...], int]
    alarms: Mapping[str, int]
    notices: Mapping[tuple[str, ...], int]
    notices_waiting: Mapping[str, int]
    waits: Durations
    openings: Durations


def tallies(connection: sqlite3.Connection) -> Tallies:
    """Count them all."""
    stages = "SELECT stage, coalesce(refusal, ''), count(*) FROM redemptions GROUP BY 1, 2"
    outcomes = (
        "SELECT coalesce(outcome, 'open'), iif(redemption IS NULL, 'override', 'redemption'),"
        " count(*) FROM actuations GROUP BY 1, 2"
    )
    kinds = "SELECT kind, count(*) FROM alarms GROUP BY kind"
    notices = (
        "SELECT way, 'sent', sent FROM notices_sent"
        " UNION ALL SELECT way, 'given_up', given_up FROM notices_sent"
    )
    waiting = (
        "SELECT way, (SELECT count(*) FROM notices WHERE notices.way = known.way)"
        " FROM (SELECT way FROM notices_sent UNION SELECT way FROM notices) AS known"
    )
    return Tallies(
        {(stage, why): count for stage, why, count in connection.execute(stages)},
        {(outcome, cause): count for outcome, cause, count in connection.execute(outcomes)},
        {str(kind): int(count) for kind, count in connection.execute(kinds)},
        {(way, became): count for way, became, count in connection.execute(notices)},
        {str(way): int(count) for way, count in connection.execute(waiting)},
        _durations(connection, _WAITS, WAIT_BUCKETS_S),
        _durations(connection, _OPENINGS, OPENING_BUCKETS_S),
    )


def _durations(
    connection: sqlite3.Connection, query: str, bounds_s: tuple[float, ...]
) -> Durations:
    """The histogram of what a query of `took_s` finds; a clock that was set back counts as 0."""
    took = [max(0.0, float(took_s)) for (took_s,) in connection.execute(query)]
    within = {bound: sum(1 for each in took if each <= bound) for bound in bounds_s}
    return Durations(within, len(took), sum(took))
