"""Files that were imported: the same one a second time is a question, and not twice the stock."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from boxd.errors import Refused
from boxd.ledger.ledger import Transaction


class FilePurpose(StrEnum):
    """What a file brought."""

    PRIZES = "prizes"
    CODES = "codes"


@dataclass(frozen=True)
class ImportedFile:
    """A file by the SHA-256 of its bytes; `again` says that it is meant once more."""

    digest: str
    again: bool = False


@dataclass(frozen=True)
class TakenFile:
    """When a file was taken, and by whom."""

    at: str
    actor: str


def find(connection: sqlite3.Connection, digest: str, purpose: FilePurpose) -> TakenFile | None:
    """When and by whom this very file was taken for this purpose; None if it was not."""
    row = connection.execute(
        "SELECT at, actor FROM imported_files WHERE purpose = ? AND digest = ?", (purpose, digest)
    ).fetchone()
    return TakenFile(*row) if row else None


def note(tx: Transaction, file: ImportedFile, purpose: FilePurpose, actor: str) -> None:
    """Remember a file in the transaction of what it brings. Raises Refused if it is known."""
    known = find(tx.connection, file.digest, purpose)
    if known and not file.again:
        raise Refused(
            f"this file brought its {purpose} already, at {known.at} by {known.actor};"
            " nothing was changed. If it is to bring them once more: --again"
        )
    tx.connection.execute(
        "INSERT OR REPLACE INTO imported_files (purpose, digest, at, actor) VALUES (?,?,?,?)",
        (purpose, file.digest, tx.at, actor),
    )
