"""The outbox: events for upstream, written in the transaction that they describe.

They wait in order, are deleted once upstream has received them, and become dead letters if it
refuses them for good. The outbox is bounded. An event that finds it full is only in the audit
trail; a last event, `events.left_out`, tells upstream how many those are and where they are.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from boxd.errors import NotFound, Refused
from boxd.ledger import attendees, audit, audit_heads
from boxd.ledger.ledger import Transaction

# The most dead letters; one more stays at the head of the outbox until a person acts.
MOST_DEAD = 1000
# Beside an event's own content, and no part of it.
_HEAD = "audit_head"

_SELECT = (
    "SELECT {0}.*, attendees.reference, attendees.pseudonym FROM {0}"
    " LEFT JOIN attendees ON attendees.id = {0}.attendee"
)


class EventType(StrEnum):
    """The types of events."""

    TASK_APPROVED = "task.approved"
    CODE_ISSUED = "code.issued"
    CODE_EXCHANGED = "code.exchanged"
    CODE_REDEEMED = "code.redeemed"
    CODE_VOIDED = "code.voided"
    CODE_EXPIRED = "code.expired"
    STOCK_LOW = "stock.low"
    ALARM_RAISED = "alarm.raised"
    LEFT_OUT = "events.left_out"


@dataclass(frozen=True)
class Event:
    """One event that waits or is dead. `seq` is its place in the order, `id` never changes.

    `head` is that of the audit trail when the event was recorded; empty in those of before.
    """

    seq: int
    id: str
    type: str
    at: str
    data: dict[str, Any]
    why: str = ""
    died_at: str = ""
    head: str = ""


@dataclass(frozen=True)
class Depth:
    """How many events wait, since when, how many are dead, and how many were ever delivered."""

    waiting: int = 0
    oldest_at: str = ""
    dead: int = 0
    delivered: int = 0
    delivered_at: str = ""
    is_full: bool = False


def note(
    tx: Transaction, kind: EventType, data: dict[str, Any], attendee: int | None = None
) -> None:
    """Add an event; does nothing without an upstream, or of a rehearsal.

    `attendee` is the number of the attendee whom it concerns.
    """
    if tx.outbox is None or (attendee is not None and attendees.rehearses(tx.connection, attendee)):
        return
    tx.outbox.noted = True
    if _waiting(tx.connection) >= tx.outbox.most_waiting:
        _leave_out(tx)
    else:
        _insert(tx, kind, data, attendee)


def note_low_stock(tx: Transaction, sku: str, fewer: int) -> None:
    """Add an event if stock has become low by the `fewer` units that were just taken."""
    if tx.outbox is None:
        return
    on_hand = tx.connection.execute("SELECT on_hand FROM stock WHERE sku = ?", (sku,)).fetchone()[0]
    if on_hand <= tx.outbox.stock_low < on_hand + fewer:
        data = {"sku": sku, "on_hand": on_hand, "low": tx.outbox.stock_low}
        note(tx, EventType.STOCK_LOW, data)


def first(connection: sqlite3.Connection, limit: int) -> list[Event]:
    """The next events to send, in order."""
    found = connection.execute(f"{_SELECT.format('outbox')} ORDER BY seq LIMIT ?", (limit,))
    return [_event(row) for row in found]


def received(tx: Transaction, last: Event) -> None:
    """Delete everything up to `last`: upstream has it."""
    gone = tx.connection.execute("DELETE FROM outbox WHERE seq <= ?", (last.seq,)).rowcount
    tx.connection.execute(
        "UPDATE deliveries SET delivered = delivered + ?, last_at = ?", (gone, tx.at)
    )


def bury(tx: Transaction, event: Event, why: str) -> bool:
    """Make a refused event a dead letter; returns False if there are too many already."""
    if _dead(tx.connection) >= MOST_DEAD:
        return False
    tx.connection.execute(
        "INSERT INTO dead_letters SELECT *, ?, ? FROM outbox WHERE seq = ?", (why, tx.at, event.seq)
    )
    tx.connection.execute("DELETE FROM outbox WHERE seq = ?", (event.seq,))
    return True


def resend(tx: Transaction, events: list[str], actor: str) -> int:
    """Put dead letters at the end of the outbox, with their ids; all, if none is named.

    Returns how many. Raises NotFound for an id that is not dead, Refused if there is no room.
    """
    dead = _named(tx.connection, events)
    most = tx.outbox.most_waiting if tx.outbox else 0
    if _waiting(tx.connection) + len(dead) > most:
        raise Refused("there is no room in the outbox; wait until upstream has taken what waits")
    for seq in dead:
        tx.connection.execute(
            "INSERT INTO outbox (id, type, at, attendee, data)"
            " SELECT id, type, at, attendee, data FROM dead_letters WHERE seq = ?",
            (seq,),
        )
        tx.connection.execute("DELETE FROM dead_letters WHERE seq = ?", (seq,))
    if dead and tx.outbox:
        tx.outbox.noted = True
        audit.append(tx, audit.Entry(actor, "outbox.resent", detail={"events": len(dead)}))
    return len(dead)


def depth(connection: sqlite3.Connection) -> Depth:
    """The outbox's counts; costs the same however much waits."""
    oldest = connection.execute("SELECT at FROM outbox ORDER BY seq LIMIT 1").fetchone()
    newest = connection.execute("SELECT type FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
    ever = connection.execute("SELECT delivered, last_at FROM deliveries").fetchone()
    return Depth(
        waiting=_waiting(connection),
        oldest_at=oldest["at"] if oldest else "",
        dead=_dead(connection),
        delivered=ever["delivered"],
        delivered_at=ever["last_at"] or "",
        is_full=bool(newest) and newest["type"] == EventType.LEFT_OUT,
    )


def waiting(connection: sqlite3.Connection, after: int, limit: int) -> list[Event]:
    """Up to `limit` waiting events with a `seq` above `after`, in order."""
    return _listed(connection, "outbox", after, limit)


def dead(connection: sqlite3.Connection, after: int, limit: int) -> list[Event]:
    """Up to `limit` dead letters with a `seq` above `after`, in order."""
    return _listed(connection, "dead_letters", after, limit)


def _listed(connection: sqlite3.Connection, table: str, after: int, limit: int) -> list[Event]:
    found = connection.execute(
        f"{_SELECT.format(table)} WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
    )
    return [_event(row) for row in found]


def _waiting(connection: sqlite3.Connection) -> int:
    """How many wait, by two look-ups whatever their number.

    Right because `seq` has no gaps: AUTOINCREMENT gives a number once and one after the other, a
    transaction rolled back gives its numbers back, and rows leave at the head alone (`received`
    by sequence, `bury` the first one that upstream refuses).
    """
    row = connection.execute(
        "SELECT (SELECT max(seq) FROM outbox) - (SELECT min(seq) FROM outbox) + 1"
    ).fetchone()
    return int(row[0] or 0)


def _dead(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM dead_letters").fetchone()[0])


def _named(connection: sqlite3.Connection, events: list[str]) -> list[int]:
    rows = connection.execute("SELECT seq, id FROM dead_letters ORDER BY seq").fetchall()
    if unknown := [each for each in events if each not in {row["id"] for row in rows}]:
        raise NotFound(f"no dead letter has the id '{unknown[0]}'; `boxd outbox list --dead`")
    return [row["seq"] for row in rows if not events or row["id"] in events]


def _insert(
    tx: Transaction, kind: EventType, data: dict[str, Any], attendee: int | None = None
) -> None:
    head = audit_heads.newest(tx.connection).bare
    tx.connection.execute(
        "INSERT INTO outbox (id, type, at, attendee, data) VALUES (?,?,?,?,?)",
        (f"evt_{secrets.token_hex(12)}", kind, tx.at, attendee, _json(data | {_HEAD: head})),
    )


def _leave_out(tx: Transaction) -> None:
    """Count the event in the last row; its content is in the audit trail."""
    row = tx.connection.execute("SELECT max(seq) FROM audit").fetchone()[0] or 0
    last = tx.connection.execute(
        "SELECT seq, type, data FROM outbox ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    if last is None or last["type"] != EventType.LEFT_OUT:
        _insert(tx, EventType.LEFT_OUT, {"count": 1, "audit_from": row, "audit_to": row})
        return
    data = json.loads(last["data"])
    data |= {"count": data["count"] + 1, "audit_to": row}
    tx.connection.execute("UPDATE outbox SET data = ? WHERE seq = ?", (_json(data), last["seq"]))


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _event(row: sqlite3.Row) -> Event:
    data = json.loads(row["data"])
    more = {"head": data.pop(_HEAD, "")}
    if row["attendee"] is not None:
        data["attendee"] = {
            "number": row["attendee"],
            "reference": row["reference"],
            "pseudonym": row["pseudonym"],
        }
    if "why" in row.keys():  # noqa: SIM118 - a row's `in` looks at values
        more |= {"why": row["why"], "died_at": row["died_at"]}
    return Event(row["seq"], row["id"], row["type"], row["at"], data, **more)
