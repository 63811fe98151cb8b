"""What an organiser has chosen in place of the configuration file's value: one row for each."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


@dataclass(frozen=True)
class ChosenValue:
    """The only row of `table`; `action` is what the audit trail calls a choice.

    An empty value gives the choice back to the configuration file.
    """

    table: str
    column: str
    action: str

    def now(self, connection: sqlite3.Connection) -> str:
        """The chosen value; empty while the configuration file decides."""
        row = connection.execute(f"SELECT {self.column} FROM {self.table}").fetchone()
        return str(row[0]) if row else ""

    def choose(self, tx: Transaction, value: str, actor: str) -> None:
        """Use this value from now on."""
        if self.now(tx.connection) == value:
            return
        tx.connection.execute(f"DELETE FROM {self.table}")
        if value:
            row = (1, value, tx.at, actor)
            tx.connection.execute(f"INSERT INTO {self.table} VALUES (?,?,?,?)", row)
        audit.append(tx, audit.Entry(actor, self.action, detail={self.column: value or None}))


BOX_NAME = ChosenValue("box_name", "name", "box.named")
PHONES_ADDRESS = ChosenValue("phones_address", "address", "phones.address_chosen")
LIGHT_SHOW = ChosenValue("light_show", "show", "light_show.chosen")
