"""Checkpoints and their printed links."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.errors import NotFound
from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


@dataclass(frozen=True)
class Sign:
    """A checkpoint, and the generation of its links that is valid."""

    checkpoint: str
    name: str
    link_generation: int


def sign(connection: sqlite3.Connection, checkpoint: str) -> Sign:
    """The checkpoint with this id. Raises NotFound with the known ids."""
    known = signs(connection)
    for each in known:
        if each.checkpoint == checkpoint:
            return each
    names = ", ".join(each.checkpoint for each in known) or "none; add [[checkpoints]] to the file"
    raise NotFound(f"there is no checkpoint '{checkpoint}'; known: {names}")


def signs(connection: sqlite3.Connection) -> list[Sign]:
    """Every checkpoint, by id."""
    found = connection.execute("SELECT id, name, link_generation FROM checkpoints ORDER BY id")
    return [Sign(*row) for row in found]


def revoke_link(tx: Transaction, checkpoint: str, actor: str) -> Sign:
    """Make every sign printed so far useless; returns the checkpoint for a new one.

    Raises NotFound.
    """
    before = sign(tx.connection, checkpoint)
    generation = before.link_generation + 1
    tx.connection.execute(
        "UPDATE checkpoints SET link_generation = ? WHERE id = ?", (generation, checkpoint)
    )
    detail: audit.Detail = {"checkpoint": checkpoint, "generation": generation}
    audit.append(tx, audit.Entry(actor, "checkpoint.link_revoked", detail=detail))
    return Sign(checkpoint, before.name, generation)
