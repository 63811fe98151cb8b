"""What a large screen for everybody shows: prizes, the last ones given out, the hunt. No names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import stock, switches
from boxd.ledger.switches import Switch
from boxd.ledger.task_sums import OF_THE_EVENT

_MOST_PRIZES = 12
_LAST = 5


@dataclass(frozen=True)
class WallPrize:
    """A prize and how many are left in all its variants: on hand, held for no code.

    `picture` is its picture's digest, None without one.
    """

    name: str
    left: int
    picture: str | None


@dataclass(frozen=True)
class GivenOut:
    """A prize that was given out."""

    prize: str
    at: str


@dataclass(frozen=True)
class CheckpointVisits:
    """A checkpoint, and how many attendees were there."""

    name: str
    visits: int


@dataclass(frozen=True)
class Wall:
    """All of it, at one moment; `more` counts the prizes with units left that are not listed."""

    prizes: tuple[WallPrize, ...]
    more: int
    last: tuple[GivenOut, ...]
    checkpoints: tuple[CheckpointVisits, ...]
    earned: int
    given_out: int
    takes_walk_ups: bool


def read(connection: sqlite3.Connection) -> Wall:
    """The wall now."""
    prizes = [
        WallPrize(*row)
        for row in connection.execute(
            "SELECT prizes.name, sum(on_hand) AS units, digest FROM stock"
            " LEFT JOIN prize_variants USING (sku)"
            " JOIN prizes ON prizes.sku = coalesce(of_sku, stock.sku)"
            " LEFT JOIN prize_pictures ON prize_pictures.sku = prizes.sku"
            " WHERE on_hand > 0 AND stock.sku <> ? GROUP BY prizes.sku ORDER BY units, name",
            (stock.REHEARSAL,),
        )
    ]
    last = connection.execute(
        "SELECT name, ended_at FROM redemptions JOIN prizes USING (sku)"
        " WHERE stage = 'dispensed' AND sku <> ? ORDER BY ended_at DESC LIMIT ?",
        (stock.REHEARSAL, _LAST),
    )
    visits = connection.execute(
        "SELECT name, count(scans.seq) FROM checkpoints"
        f" LEFT JOIN scans ON scans.checkpoint = checkpoints.id AND {OF_THE_EVENT}"
        " GROUP BY checkpoints.id ORDER BY name"
    )
    earned = connection.execute(
        "SELECT count(*) FROM tasks JOIN attendees ON attendees.id = tasks.attendee"
        " WHERE state = 'rewarded' AND is_rehearsal = 0"
    )
    given_out = connection.execute(
        "SELECT coalesce(sum(dispensed), 0) FROM stock WHERE sku <> ?", (stock.REHEARSAL,)
    )
    return Wall(
        prizes=tuple(prizes[:_MOST_PRIZES]),
        more=len(prizes[_MOST_PRIZES:]),
        last=tuple(GivenOut(*row) for row in last),
        checkpoints=tuple(CheckpointVisits(*row) for row in visits),
        earned=int(earned.fetchone()[0]),
        given_out=int(given_out.fetchone()[0]),
        takes_walk_ups=switches.is_on(connection, Switch.WALK_UPS),
    )
