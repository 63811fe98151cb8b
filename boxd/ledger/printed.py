"""What was printed from the browser: an entry of the trail each time, and whether it ever was."""

from __future__ import annotations

from enum import StrEnum

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


class Sheet(StrEnum):
    """A kind of sheet."""

    CARDS = "cards"
    SIGNS = "signs"
    VOUCHERS = "vouchers"
    NETWORK = "network"
    POSTER = "poster"


def note(tx: Transaction, sheet: Sheet, count: int, actor: str) -> None:
    """Somebody was given `count` pieces of this sheet to print."""
    tx.connection.execute(
        "INSERT INTO printed VALUES (?,?) ON CONFLICT (sheet) DO NOTHING", (sheet, tx.at)
    )
    detail: audit.Detail = {"sheet": sheet.value, "count": count}
    audit.append(tx, audit.Entry(actor, "sheet.printed", detail=detail))
