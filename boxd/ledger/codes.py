"""Claim codes: issued for an attendee and one held unit, good once, until spent or ended."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd.errors import NotFound, Refused
from boxd.ledger import attendee_list, attendees, audit, drawing, limits, outbox, stock, switches
from boxd.ledger.check_digit import is_well_formed, random_code
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.home_number import digits_of
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.switches import Switch
from boxd.words import N_

_COLUMNS = (
    "codes.id, codes.sku, prizes.name AS prize, attendees.reference AS attendee, codes.box,"
    " codes.state, codes.issued_at, codes.expires_at"
)
_JOINED = "codes JOIN prizes USING (sku) JOIN attendees ON attendees.id = codes.attendee"
# Codes of a rehearsal that ended are in no list.
_SHOWN = "(attendees.is_rehearsal = 0 OR attendees.forgotten_at IS NULL)"
# A random code that exists already is so rare that a second one means a broken random source.
_DRAWS = 20


@dataclass(frozen=True)
class CodeOrder:
    """What to issue: for whom, which prize (None: drawn among what is in stock), for how long.

    `per_attendee` is the most codes that one attendee may get, 0 for any number; `issue` is the
    issue that the code belongs to, if any; `home` the number of this box in a fleet.
    """

    attendee: str
    box: str
    length: int
    valid_days: int
    actor: str
    sku: str | None = None
    per_attendee: int = 0
    issue: str = ""
    home: int | None = None


@dataclass(frozen=True)
class Minted:
    """A new code: its number, its digits and its expiry."""

    number: int
    digits: str
    expires_at: str


def issue(tx: Transaction, order: CodeOrder, keys: CodeKeys) -> dict[str, object]:
    """Hold one unit and mint a code for it; the digits are returned only here.

    Raises Refused if nothing is in stock, the attendee's limit is reached or the event is over,
    NotFound for an unknown prize.
    """
    if switches.is_on(tx.connection, Switch.CLOSED):
        raise Refused("the event is over: open it again to issue codes")
    attendee = attendees.number_of(tx, order.attendee)
    sku = _prize_for(tx.connection, attendee, order.sku)
    prize = stock.find(tx.connection, sku)
    if why := limits.why_over_limit(tx.connection, attendee, order.per_attendee):
        raise Refused(why)
    minted = mint(tx, order, attendee, sku, keys)
    stock.move(
        tx,
        stock.Movement(
            sku,
            stock.StockLocation.ON_HAND,
            stock.StockLocation.HELD,
            order.actor,
            "code issued",
            code=minted.number,
        ),
    )
    return {
        "id": minted.number,
        "code": minted.digits,
        "attendee": order.attendee,
        "sku": sku,
        "prize": prize["name"],
        "expires_at": minted.expires_at,
    }


def _prize_for(connection: sqlite3.Connection, attendee: int, wanted: str | None) -> str:
    """The prize of a code: the wanted one or a drawn one; who rehearses gets the rehearsal's."""
    pool = drawing.pool(connection, attendee, () if wanted is None else (wanted,))
    if wanted is not None and not attendees.rehearses(connection, attendee):
        return drawing.at_random(pool) if pool else wanted  # one of its variants, or itself
    if not pool:
        raise Refused(N_("sold out: no prize has a unit on hand; `boxd prizes adjust` adds some"))
    return drawing.at_random(pool)


def mint(tx: Transaction, order: CodeOrder, attendee: int, sku: str, keys: CodeKeys) -> Minted:
    """Make a code for a unit that the caller holds. Raises Refused when nearly all are taken."""
    expires_at = as_text(datetime.fromisoformat(tx.at) + timedelta(days=order.valid_days))
    for _ in range(_DRAWS):
        digits = random_code(order.length, digits_of(order.home))
        row = tx.connection.execute(
            "INSERT INTO codes (digest, sealed, box, attendee, sku, state, issued_at, expires_at,"
            " is_unsure) VALUES (?,?,?,?,?,'ready',?,?,"
            " coalesce((SELECT NOT is_sure FROM clock), 0))"
            " ON CONFLICT (digest) DO NOTHING RETURNING id",
            (keys.digest(digits), keys.seal(digits), order.box, attendee, sku, tx.at, expires_at),
        ).fetchone()
        if row is not None:
            minted = Minted(int(row[0]), digits, expires_at)
            _tell_of_issue(tx, order, attendee, sku, minted)
            return minted
    raise Refused(
        f"no unused code of {order.length} digits was found in {_DRAWS} draws:"
        " nearly all are taken; make codes longer ([codes] length)"
    )


def _tell_of_issue(
    tx: Transaction, order: CodeOrder, attendee: int, sku: str, minted: Minted
) -> None:
    detail: audit.Detail = {"attendee": attendee, "expires_at": minted.expires_at}
    if order.issue:
        detail["issue"] = order.issue
    entry = audit.Entry(order.actor, "code.issued", code=minted.number, sku=sku, detail=detail)
    audit.append(tx, entry)
    told = {"code": minted.number, "sku": sku, "expires_at": minted.expires_at}
    outbox.note(tx, outbox.EventType.CODE_ISSUED, told | {"issue": order.issue}, attendee)


def end(tx: Transaction, code: int, state: str, actor: str, reason: str) -> None:
    """Void or expire a code that is ready or in use, and release its unit."""
    row = tx.connection.execute("SELECT sku, attendee FROM codes WHERE id = ?", (code,)).fetchone()
    tx.connection.execute("UPDATE codes SET state = ? WHERE id = ?", (state, code))
    stock.move(
        tx,
        stock.Movement(
            row["sku"],
            stock.StockLocation.HELD,
            stock.StockLocation.ON_HAND,
            actor,
            f"code {state}",
            code=code,
        ),
    )
    audit.append(tx, audit.Entry(actor, f"code.{state}", reason, code=code, sku=row["sku"]))
    told = {"code": code, "sku": row["sku"], "reason": reason, "by": actor}
    outbox.note(tx, outbox.EventType(f"code.{state}"), told, row["attendee"])


def take_back(tx: Transaction, code: int, actor: str, reason: str) -> bool:
    """Void a code unless it was used or has ended; returns whether it was voided."""
    is_ready = bool(find(tx.connection, code)["state"] == "ready")
    if is_ready:
        end(tx, code, "voided", actor, reason)
    return is_ready


def void(tx: Transaction, code: int, reason: str, actor: str) -> None:
    """Void a code that nobody is using. Raises NotFound or Refused."""
    state = find(tx.connection, code)["state"]
    if state == "in_use":
        text = N_("code {code} is being redeemed right now; decline that redemption first")
        raise Refused(text.format(code=code))
    if state != "ready":
        text = N_("code {code} is already {why}; only a ready code can be voided")
        raise Refused(text.format(code=code, why=state))
    end(tx, code, "voided", actor, reason)


def find(connection: sqlite3.Connection, code: int) -> dict[str, object]:
    """A code's data, without its digits. Raises NotFound."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM {_JOINED} WHERE codes.id = ?", (code,)
    ).fetchone()
    if row is None:
        raise NotFound(
            f"there is no code number {code}; `boxd codes list` shows all, and `boxd codes find`"
            " finds one by its digits"
        )
    return dict(row)


def of_digits(connection: sqlite3.Connection, typed: str, keys: CodeKeys) -> dict[str, object]:
    """The data of the code with these digits, without them. Raises NotFound.

    `typed` may have blanks and hyphens between the digits.
    """
    digits = typed.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise NotFound(f"'{typed}' is no code: a code has digits only")
    row = connection.execute("SELECT id FROM codes WHERE digest = ?", (keys.digest(digits),))
    found = row.fetchone()
    if found is None:
        why = "" if is_well_formed(digits, len(digits)) else "; one of them is mistyped"
        raise NotFound(f"no code of this box has the digits {digits}{why}")
    return find(connection, int(found[0]))


def reveal(tx: Transaction, code: int, keys: CodeKeys, actor: str) -> str:
    """The digits of a code, for its owner; reading them is recorded in the audit trail."""
    find(tx.connection, code)
    row = tx.connection.execute("SELECT sealed FROM codes WHERE id = ?", (code,)).fetchone()
    audit.append(tx, audit.Entry(actor, "code.revealed", code=code))
    return keys.unseal(row["sealed"])


def listing(
    connection: sqlite3.Connection,
    state: str | None,
    limit: int,
    attendee: str | None = None,
    before: int | None = None,
    is_own: bool = False,
) -> list[dict[str, object]]:
    """The newest codes without their digits: all, or those in a state, or of an attendee.

    An attendee's are those of all spellings of the reference; `is_own` leaves only those of the
    one attendee who can be meant. `before` leaves out the code of that number and all newer ones.
    """
    wanted = {"codes.state = ?": state, "codes.id < ?": before}
    given = {rule: value for rule, value in wanted.items() if value is not None}
    if attendee is not None:
        found = attendee_list.only if is_own else attendee_list.spelled
        numbers = json.dumps(found(connection, attendee))
        given["codes.attendee IN (SELECT value FROM json_each(?))"] = numbers
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM {_JOINED} WHERE {' AND '.join([_SHOWN, *given])}"
        " ORDER BY codes.id DESC LIMIT ?",
        (*given.values(), limit),
    )
    return [dict(row) for row in rows]


def any_exist(connection: sqlite3.Connection) -> bool:
    """Whether a code was ever issued."""
    return connection.execute("SELECT 1 FROM codes LIMIT 1").fetchone() is not None
