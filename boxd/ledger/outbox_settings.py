"""What the ledger has to know of upstream, where there is one, to note events for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class OutboxSettings:
    """How events are noted: `most_waiting` bounds the outbox, `stock_low` is when stock is low.

    `noted` becomes true with each event; whoever sends them takes it back.
    """

    stock_low: int
    most_waiting: int
    noted: bool = False
