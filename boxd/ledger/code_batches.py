"""Batches of codes: staged in parts, checked as a whole, then all made at once.

The stage is a temporary table of the ledger's one writer. The parts cost nothing in the ledger's
file, and are gone after a restart, even if the sender has died.
"""

from __future__ import annotations

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
from boxd.ledger.ledger import Transaction, as_text

# Long enough for the slowest upload; later the next batch drops what was not finished.
_KEPT = timedelta(hours=1)
# As for single codes: if more draws fail, nearly all codes are taken.
_DRAWS = 20
_TWINS_TOLD = 200  # more than anybody reads

_STAGE = (
    "CREATE TEMP TABLE IF NOT EXISTS batches"
    " (id TEXT PRIMARY KEY, begun_at TEXT NOT NULL, is_done INTEGER NOT NULL DEFAULT 0)",
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
    """A code of a batch; `sealed` are its encrypted digits, see `CodeKeys.unseal`."""

    line: int
    number: int
    attendee: str
    sku: str
    prize: str
    sealed: bytes
    expires_at: str


def begin(tx: Transaction, batch: str) -> None:
    """Begin a batch; abandoned ones are dropped."""
    for statement in _STAGE:
        tx.connection.execute(statement)
    oldest = as_text(datetime.fromisoformat(tx.at) - _KEPT)
    found = tx.connection.execute("SELECT id FROM batches WHERE begun_at < ?", (oldest,))
    for row in found.fetchall():
        drop(tx, row[0])
    tx.connection.execute("INSERT INTO batches (id, begun_at) VALUES (?,?)", (batch, tx.at))


def drop(tx: Transaction, batch: str) -> None:
    """Drop the staged rows; codes that were made stay."""
    _require(tx, batch)
    tx.connection.execute("DELETE FROM staged WHERE batch = ?", (batch,))
    tx.connection.execute("DELETE FROM batches WHERE id = ?", (batch,))


def stage(tx: Transaction, batch: str, rows: Sequence[Wanted], keys: CodeKeys, length: int) -> None:
    """Stage rows; a row that is sent again replaces itself. Raises NotFound, Refused."""
    if _require(tx, batch):
        raise Refused("the codes of this batch are made already; begin a new one")
    for row in rows:
        digits = row.digits or _unused(tx, batch, keys, length)
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


def _unused(tx: Transaction, batch: str, keys: CodeKeys, length: int) -> str:
    for _ in range(_DRAWS):
        digits = random_code(length)
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


def _require(tx: Transaction, batch: str) -> bool:
    """Whether the batch's codes are made. Raises NotFound for an unknown batch."""
    for statement in _STAGE:
        tx.connection.execute(statement)
    row = tx.connection.execute("SELECT is_done FROM batches WHERE id = ?", (batch,)).fetchone()
    if row is None:
        raise NotFound("boxd does not know this batch any more (was it restarted?); begin anew")
    return bool(row[0])


def shares(tx: Transaction, batch: str) -> list[Share]:
    """How the batch's codes are divided among the prizes; the drawn ones come last."""
    _require(tx, batch)
    return batch_faults.shares(tx, batch)


def is_made(tx: Transaction, batch: str) -> bool:
    """Whether the batch's codes are made. Raises NotFound."""
    return _require(tx, batch)


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
    """All that prevents these codes from being made, by line; none once they are made."""
    return [] if _require(tx, batch) else batch_faults.faults(tx, batch, per_attendee)


def make(tx: Transaction, batch: str, box: str, per_attendee: int, actor: str) -> list[Fault]:
    """Make all codes of the batch, each with one held unit; or none, and report every fault.

    Calling it again changes nothing.
    """
    if found := faults(tx, batch, per_attendee):
        return found
    if _require(tx, batch):
        return []
    _draw(tx, batch)
    _add_attendees(tx, batch)
    _insert(tx, batch, box)
    _hold(tx, batch, actor)
    _tell(tx, batch, actor)
    tx.connection.execute("UPDATE batches SET is_done = 1 WHERE id = ?", (batch,))
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


def made(tx: Transaction, batch: str, after: int, limit: int) -> list[Made]:
    """Up to `limit` codes of the batch on lines above `after`; none before they are made."""
    _require(tx, batch)
    found = tx.connection.execute(
        "SELECT line, code, attendee, sku, name, sealed, expires_at FROM staged"
        " JOIN prizes USING (sku) WHERE batch = ? AND line > ? AND code IS NOT NULL"
        " ORDER BY line LIMIT ?",
        (batch, after, limit),
    )
    return [Made(*row) for row in found]
