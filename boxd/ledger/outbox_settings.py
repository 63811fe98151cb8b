"""What the ledger needs to know about upstream to record events for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class OutboxSettings:
    """`most_waiting` bounds the outbox, `stock_low` is the number of units that counts as low.

    `noted` becomes true with each event; the sender resets it.
    """

    stock_low: int
    most_waiting: int
    noted: bool = False
