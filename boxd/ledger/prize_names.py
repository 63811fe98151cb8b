"""What prizes are called in other languages than the event's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


def put(tx: Transaction, sku: str, names: Mapping[str, str], actor: str) -> None:
    """Give a prize these names, by language, in place of those that it has."""
    if of_prize(tx.connection, sku) == names:
        return
    tx.connection.execute("DELETE FROM prize_names WHERE sku = ?", (sku,))
    rows = [(sku, language, name) for language, name in names.items()]
    tx.connection.executemany("INSERT INTO prize_names VALUES (?,?,?)", rows)
    audit.append(tx, audit.Entry(actor, "prize.named", sku=sku, detail={**names}))


def of_prize(connection: sqlite3.Connection, sku: str) -> dict[str, str]:
    """The names of one prize by language, without the event's own."""
    found = connection.execute("SELECT language, name FROM prize_names WHERE sku = ?", (sku,))
    return dict(tuple(row) for row in found)


def translations(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """For each language: what each prize's own name is in it, and the names of variants.

    Of two prizes with one name, that with the first sku decides.
    """
    made: dict[str, dict[str, str]] = {}
    for language, own, translated in connection.execute(_EVERY):
        made.setdefault(language, {}).setdefault(own, translated)
    return made


# A variant's name is its prize's with the label, as `variants.name_of` makes it.
_EVERY = (
    "SELECT language, prizes.name, prize_names.name FROM prize_names JOIN prizes USING (sku)"
    " UNION ALL SELECT language, prizes.name || ', ' || label, prize_names.name || ', ' || label"
    " FROM prize_names JOIN prizes USING (sku) JOIN prize_variants ON of_sku = prizes.sku"
)
