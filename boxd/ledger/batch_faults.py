"""Finds all that prevents a batch of staged codes from being made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boxd.issue import why_no_prize
from boxd.ledger import drawing, limits, stock
from boxd.ledger.ledger import Transaction

# About 80 microseconds per code on a desktop, three times that on a Pi. So many keep an attendee
# who has pressed Enter waiting for about a second; make more while nobody is at the box.
MOST_WHILE_SERVING = 5000


@dataclass(frozen=True)
class Fault:
    """Why a batch can't be made: the file's line (0 for the whole batch), and the rule."""

    line: int
    why: str


@dataclass(frozen=True)
class Share:
    """How many codes of a batch go to a prize (None: drawn), and how many units are on hand."""

    sku: str | None
    codes: int
    on_hand: int


def shares(tx: Transaction, batch: str) -> list[Share]:
    """How the batch's codes are divided among the prizes; the drawn ones come last."""
    found = tx.connection.execute(
        "SELECT staged.sku, count(*), coalesce(on_hand, (SELECT coalesce(sum(on_hand), 0)"
        " FROM stock JOIN prizes USING (sku) WHERE staged.sku IS NULL AND weight > 0))"
        " FROM staged LEFT JOIN stock ON stock.sku = staged.sku WHERE batch = ?"
        " GROUP BY staged.sku ORDER BY staged.sku IS NULL, staged.sku",
        (batch,),
    )
    return [Share(*row) for row in found]


def faults(tx: Transaction, batch: str, per_attendee: int) -> list[Fault]:
    """All that prevents these codes from being made, by line."""
    found = [
        *_taken(tx, batch),
        *_unknown_prizes(tx, batch),
        *_expired(tx, batch),
        *_over_limit(tx, batch, per_attendee),
        *_too_few(tx, batch),
        *_too_many_now(tx, batch),
    ]
    return sorted(found, key=lambda fault: fault.line)


def leave_out(tx: Transaction, batch: str, per_attendee: int) -> list[Fault]:
    """Take from the stage what can't be made; the first of the list get what there is.

    Returns the lines with their reasons, and what still prevents the whole batch (line 0).
    """
    by_line = {fault.line: fault for fault in faults(tx, batch, per_attendee) if fault.line}
    _drop(tx, batch, by_line)
    lacking = [*_beyond_stock(tx, batch)]
    _drop(tx, batch, [fault.line for fault in lacking])
    lacking_to_draw = [*_beyond_draws(tx, batch)]
    _drop(tx, batch, [fault.line for fault in lacking_to_draw])
    found = [*by_line.values(), *lacking, *lacking_to_draw, *_too_many_now(tx, batch)]
    return sorted(found, key=lambda fault: fault.line)


def _drop(tx: Transaction, batch: str, lines: Iterable[int]) -> None:
    tx.connection.executemany(
        "DELETE FROM staged WHERE batch = ? AND line = ?", [(batch, line) for line in lines]
    )


def _beyond_stock(tx: Transaction, batch: str) -> Iterator[Fault]:
    """The lines for a named prize that come after its units on hand."""
    found = tx.connection.execute(
        "SELECT line, sku, on_hand FROM (SELECT line, sku,"
        " row_number() OVER (PARTITION BY sku ORDER BY line) AS place FROM staged WHERE batch = ?)"
        " JOIN stock USING (sku) WHERE place > on_hand ORDER BY line",
        (batch,),
    )
    for line, sku, on_hand in found:
        yield Fault(line, f"no unit of '{sku}' is left: {on_hand} were on hand")


def _beyond_draws(tx: Transaction, batch: str) -> Iterator[Fault]:
    """The lines without a prize that come after all units that can be drawn."""
    units = sum(pile.units for pile in for_drawing(tx, batch))
    found = tx.connection.execute(
        "SELECT line FROM staged WHERE batch = ? AND sku IS NULL ORDER BY line LIMIT -1 OFFSET ?",
        (batch, units),
    )
    for (line,) in found:
        yield Fault(line, f"no unit is left to draw: {units} were")


def _taken(tx: Transaction, batch: str) -> Iterator[Fault]:
    known = tx.connection.execute(
        "SELECT line, id FROM staged JOIN codes USING (digest) WHERE batch = ?", (batch,)
    )
    for line, code in known:
        yield Fault(line, f"this code is known already, as number {code}")
    twice = tx.connection.execute(
        "SELECT line, first FROM staged JOIN (SELECT digest, min(line) AS first FROM staged"
        " WHERE batch = :batch GROUP BY digest HAVING count(*) > 1) USING (digest)"
        " WHERE batch = :batch AND line > first",
        {"batch": batch},
    )
    for line, first in twice:
        yield Fault(line, f"this code is there already, on line {first}")


def _unknown_prizes(tx: Transaction, batch: str) -> Iterator[Fault]:
    known = [str(prize["sku"]) for prize in stock.listing(tx.connection)]
    found = tx.connection.execute(
        "SELECT line, sku FROM staged WHERE batch = ? AND sku IS NOT NULL"
        " AND sku NOT IN (SELECT sku FROM prizes)",
        (batch,),
    )
    for line, sku in found:
        yield Fault(line, why_no_prize(sku, known))


def _expired(tx: Transaction, batch: str) -> Iterator[Fault]:
    found = tx.connection.execute(
        "SELECT line, expires_at FROM staged WHERE batch = ? AND expires_at <= ?", (batch, tx.at)
    )
    for line, expires_at in found:
        yield Fault(line, f"this code would have expired at {expires_at} already")


def _over_limit(tx: Transaction, batch: str, per_attendee: int) -> Iterator[Fault]:
    for over in limits.over_limit_in_batch(tx.connection, batch, per_attendee):
        yield Fault(over.line, over.why)


def _too_few(tx: Transaction, batch: str) -> Iterator[Fault]:
    known = {prize["sku"] for prize in stock.listing(tx.connection)}
    for share in shares(tx, batch):
        if share.sku is None:
            left = for_drawing(tx, batch)
            if share.codes > sum(prize.units for prize in left):
                some = sum(prize.units for prize in left)
                why = f"{share.codes} codes draw a prize, and {some} units are left to draw among"
                yield Fault(0, f"{why}; `boxd prizes adjust SKU +UNITS` adds some")
        elif share.sku in known and share.codes > share.on_hand:
            lacking = share.codes - share.on_hand
            why = f"{share.codes} codes for '{share.sku}', and {share.on_hand} units on hand"
            yield Fault(0, f"{why}; `boxd prizes adjust {share.sku} +{lacking}` adds the rest")


def _too_many_now(tx: Transaction, batch: str) -> Iterator[Fault]:
    wanted = tx.connection.execute("SELECT count(*) FROM staged WHERE batch = ?", (batch,))
    is_serving = tx.connection.execute(
        "SELECT EXISTS (SELECT 1 FROM redemptions WHERE ended_at IS NULL)"
    ).fetchone()[0]
    if wanted.fetchone()[0] > MOST_WHILE_SERVING and is_serving:
        why = f"more than {MOST_WHILE_SERVING} codes at once keep the box from answering"
        yield Fault(0, f"{why}, and somebody is being served; repeat when nobody is")


@dataclass
class Pile:
    """Units of a prize that drawn codes can get."""

    sku: str
    weight: int
    units: int


def for_drawing(tx: Transaction, batch: str) -> list[Pile]:
    """The units on hand that the batch's codes for named prizes leave over."""
    weights = dict(drawing.pool(tx.connection, None))
    found = tx.connection.execute(
        "SELECT sku, on_hand - (SELECT count(*) FROM staged WHERE batch = ?"
        " AND staged.sku = stock.sku) AS units FROM stock WHERE units > 0 ORDER BY sku",
        (batch,),
    )
    return [Pile(sku, weights[sku], units) for sku, units in found if sku in weights]
