"""Batches of codes: staged in parts, checked as a whole, then all made at once.

The stage is a temporary table of the ledger's one writer. The parts cost nothing in the ledger's
file, and are gone after a restart, even if the sender has died. What was made is remembered by
the batch's id, which its sender has chosen: sent again, nothing is made twice. Why lines got no
code is in `batch_refusals`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd import names
from boxd.errors import NotFound, Refused
from boxd.ledger import attendees, audit, batch_faults, drawing, outbox, stock
from boxd.ledger.attendee_list import NearTwin
from boxd.ledger.batch_faults import Fault, Pile, Share
from boxd.ledger.check_digit import random_code
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.home_number import digits_of
from boxd.ledger.ledger import Transaction, as_text

# Long enough for the slowest upload; later the next batch drops what was not finished.
_KEPT = timedelta(hours=1)
# As for single codes: if more draws fail, nearly all codes are taken.
_DRAWS = 20
_TWINS_TOLD = 200  # more than anybody reads

_STAGE = (
    "CREATE TEMP TABLE IF NOT EXISTS batches (id TEXT PRIMARY KEY, begun_at TEXT NOT NULL)",
    "CREATE TEMP TABLE IF NOT EXISTS staged (batch TEXT NOT NULL, line INTEGER NOT NULL,"
    " attendee TEXT NOT NULL, folded TEXT NOT NULL, sku TEXT, digest BLOB NOT NULL,"
    " sealed BLOB NOT NULL, expires_at TEXT NOT NULL, is_counted INTEGER NOT NULL, code INTEGER,"
    " PRIMARY KEY (batch, line))",
    "CREATE INDEX IF NOT EXISTS temp.staged_digests ON staged (batch, digest)",
    "CREATE INDEX IF NOT EXISTS temp.staged_spellings ON staged (batch, folded)",
)


@dataclass(frozen=True)
class Wanted:
    """One code that is wanted. `line` is its line in the organiser's file.

    `digits` None: made by the box. `sku` None: drawn among what is in stock. `expires_at` has the
    ledger's form; `is_counted` if it was computed from now instead of given.
    """

    line: int
    attendee: str
    expires_at: str
    digits: str | None = None
    sku: str | None = None
    is_counted: bool = False


@dataclass(frozen=True)
class Made:
    """A code of a batch; `sealed` are its encrypted digits, see `CodeKeys.unseal`.

    `attendee` is None once they are forgotten.
    """

    line: int
    number: int
    attendee: str | None
    sku: str
    prize: str
    sealed: bytes
    expires_at: str
    state: str


def is_made(connection: sqlite3.Connection, batch: str) -> bool:
    """Whether the codes of this batch are made."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM batch_codes WHERE batch = ?)", (batch,)
    )
    return bool(found.fetchone()[0])


def begin(tx: Transaction, batch: str) -> None:
    """Begin a batch with nothing staged; abandoned ones are dropped."""
    for statement in _STAGE:
        tx.connection.execute(statement)
    oldest = as_text(datetime.fromisoformat(tx.at) - _KEPT)
    found = tx.connection.execute("SELECT id FROM batches WHERE begun_at < ?", (oldest,))
    for each in [batch, *(row[0] for row in found.fetchall())]:
        drop(tx, each)
    tx.connection.execute("INSERT INTO batches (id, begun_at) VALUES (?,?)", (batch, tx.at))


def drop(tx: Transaction, batch: str) -> None:
    """Drop the staged rows; codes that were made stay."""
    tx.connection.execute("DELETE FROM staged WHERE batch = ?", (batch,))
    tx.connection.execute("DELETE FROM batches WHERE id = ?", (batch,))


def stage(
    tx: Transaction,
    batch: str,
    rows: Sequence[Wanted],
    keys: CodeKeys,
    length: int,
    home: int | None = None,
) -> None:
    """Stage rows; of two with one line the later one counts. Raises NotFound, Refused."""
    _require(tx, batch)
    for row in rows:
        digits = row.digits or _unused(tx, batch, keys, length, digits_of(home))
        tx.connection.execute(
            "INSERT OR REPLACE INTO staged (batch, line, attendee, folded, sku, digest, sealed,"
            " expires_at, is_counted) VALUES (?,?,?,?,?,?,?,?,?)",
            (
                batch,
                row.line,
                row.attendee,
                names.folded(row.attendee),
                row.sku,
                keys.digest(digits),
                keys.seal(digits),
                row.expires_at,
                int(row.is_counted),
            ),
        )


def _unused(tx: Transaction, batch: str, keys: CodeKeys, length: int, home: str) -> str:
    for _ in range(_DRAWS):
        digits = random_code(length, home)
        taken = tx.connection.execute(
            "SELECT EXISTS (SELECT 1 FROM codes WHERE digest = :digest)"
            " OR EXISTS (SELECT 1 FROM staged WHERE batch = :batch AND digest = :digest)",
            {"digest": keys.digest(digits), "batch": batch},
        ).fetchone()[0]
        if not taken:
            return digits
    raise Refused(
        f"no unused code of {length} digits was found in {_DRAWS} draws:"
        " nearly all are taken; make codes longer ([codes] length)"
    )


def _require(tx: Transaction, batch: str) -> None:
    """Raise NotFound for a batch of which nothing is staged (any more)."""
    for statement in _STAGE:
        tx.connection.execute(statement)
    if tx.connection.execute("SELECT 1 FROM batches WHERE id = ?", (batch,)).fetchone() is None:
        raise NotFound("boxd does not know this batch any more (was it restarted?); send it again")


def shares(tx: Transaction, batch: str) -> list[Share]:
    """How the batch's codes are divided among the prizes; the drawn ones come last."""
    _require(tx, batch)
    return batch_faults.shares(tx, batch)


def near_twins(tx: Transaction, batch: str) -> list[NearTwin]:
    """Who of the batch is spelled like somebody else, of the batch or known before; the first."""
    found = tx.connection.execute(
        "WITH given AS (SELECT DISTINCT attendee, folded FROM staged WHERE batch = ?)"
        " SELECT given.attendee, reference FROM given"
        " JOIN attendees ON attendees.folded = given.folded AND reference <> given.attendee"
        " UNION SELECT given.attendee, other.attendee FROM given"
        " JOIN given AS other ON other.folded = given.folded AND other.attendee < given.attendee"
        " ORDER BY 1, 2 LIMIT ?",
        (batch, _TWINS_TOLD),
    )
    return [NearTwin(*row) for row in found]


def faults(tx: Transaction, batch: str, per_attendee: int) -> list[Fault]:
    """All that prevents these codes from being made, by line."""
    _require(tx, batch)
    return batch_faults.faults(tx, batch, per_attendee)


def leave_out(tx: Transaction, batch: str, per_attendee: int) -> list[Fault]:
    """Take from the stage what can't be made, and say why; the rest can be made.

    A fault of the whole batch (line 0) remains.
    """
    _require(tx, batch)
    return batch_faults.leave_out(tx, batch, per_attendee)


def make(tx: Transaction, batch: str, box: str, per_attendee: int, actor: str) -> list[Fault]:
    """Make all codes of the batch, each with one held unit; or none, and report every fault."""
    if found := faults(tx, batch, per_attendee):
        return found
    _draw(tx, batch)
    _add_attendees(tx, batch)
    _insert(tx, batch, box)
    _hold(tx, batch, actor)
    _tell(tx, batch, actor)
    tx.connection.execute(
        "INSERT INTO batch_codes (batch, line, code) SELECT batch, line, code FROM staged"
        " WHERE batch = ?",
        (batch,),
    )
    drop(tx, batch)
    return []


def _add_attendees(tx: Transaction, batch: str) -> None:
    newest = tx.connection.execute("SELECT coalesce(max(id), 0) FROM attendees").fetchone()[0]
    tx.connection.execute(
        "INSERT INTO attendees (reference, folded) SELECT DISTINCT attendee, folded FROM staged"
        " WHERE batch = ? ON CONFLICT DO NOTHING",
        (batch,),
    )
    attendees.note_near_twins(tx, newest)


def _draw(tx: Transaction, batch: str) -> None:
    """Draw a prize for each row without one, by weight, while units last."""
    piles = batch_faults.for_drawing(tx, batch)
    rows = tx.connection.execute(
        "SELECT line FROM staged WHERE batch = ? AND sku IS NULL ORDER BY line", (batch,)
    )
    drawn = [(_drawn(piles), batch, row[0]) for row in rows.fetchall()]
    tx.connection.executemany("UPDATE staged SET sku = ? WHERE batch = ? AND line = ?", drawn)


def _drawn(piles: list[Pile]) -> str:
    """A prize for one code; its pile is smaller by one then."""
    sku = drawing.at_random([(pile.sku, pile.weight) for pile in piles if pile.units])
    next(pile for pile in piles if pile.sku == sku).units -= 1
    return sku


def _insert(tx: Transaction, batch: str, box: str) -> None:
    tx.connection.execute(
        "INSERT INTO codes (digest, sealed, box, attendee, sku, state, issued_at, expires_at,"
        " is_unsure) SELECT digest, sealed, ?, attendees.id, sku, 'ready', ?, expires_at,"
        " is_counted AND coalesce((SELECT NOT is_sure FROM clock), 0) FROM staged"
        " JOIN attendees ON reference = staged.attendee WHERE batch = ? ORDER BY line",
        (box, tx.at, batch),
    )
    tx.connection.execute(
        "UPDATE staged SET code = (SELECT id FROM codes WHERE codes.digest = staged.digest)"
        " WHERE batch = ?",
        (batch,),
    )


def _hold(tx: Transaction, batch: str, actor: str) -> None:
    for share in batch_faults.shares(tx, batch):
        way = (stock.StockLocation.ON_HAND, stock.StockLocation.HELD)
        reason = f"codes of batch {batch}"
        movement = stock.Movement(str(share.sku), *way, actor, reason, share.codes)
        stock.move(tx, movement)


def _tell(tx: Transaction, batch: str, actor: str) -> None:
    rows = tx.connection.execute(
        "SELECT codes.id, codes.attendee, codes.sku, codes.expires_at FROM staged"
        " JOIN codes ON codes.id = staged.code WHERE batch = ? ORDER BY codes.id",
        (batch,),
    )
    for code, attendee, sku, expires_at in rows.fetchall():
        detail: audit.Detail = {"attendee": attendee, "expires_at": expires_at, "batch": batch}
        audit.append(tx, audit.Entry(actor, "code.issued", code=code, sku=sku, detail=detail))
        told = {"code": code, "sku": sku, "expires_at": expires_at, "issue": ""}
        outbox.note(tx, outbox.EventType.CODE_ISSUED, told, attendee)


def shares_made(connection: sqlite3.Connection, batch: str) -> list[Share]:
    """How many codes of a batch that was made went to each prize, and what is on hand now."""
    found = connection.execute(
        "SELECT sku, count(*), on_hand FROM batch_codes JOIN codes ON codes.id = code"
        " JOIN stock USING (sku) WHERE batch = ? GROUP BY sku ORDER BY sku",
        (batch,),
    )
    return [Share(*row) for row in found]


def reveal(tx: Transaction, batch: str, after: int, limit: int, actor: str) -> list[Made]:
    """Up to `limit` codes of a batch on lines above `after`; who saw them is recorded.

    Raises NotFound for a batch whose codes were never made.
    """
    if not is_made(tx.connection, batch):
        raise NotFound(f"no codes were made as batch '{batch}'")
    found = tx.connection.execute(
        "SELECT line, codes.id, reference, codes.sku, prizes.name, sealed, expires_at,"
        " codes.state FROM batch_codes JOIN codes ON codes.id = code JOIN prizes USING (sku)"
        " JOIN attendees ON attendees.id = codes.attendee"
        " WHERE batch = ? AND line > ? ORDER BY line LIMIT ?",
        (batch, after, limit),
    )
    made = [Made(*row) for row in found]
    detail: audit.Detail = {"batch": batch, "after": after, "codes": len(made)}
    audit.append(tx, audit.Entry(actor, "code.batch_revealed", detail=detail))
    return made
