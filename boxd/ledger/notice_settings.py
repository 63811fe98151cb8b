"""What the ledger needs to know to record notices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class NoticeSettings:
    """The kinds that are switched on, and the ways that each goes.

    `noted` becomes true with each notice; who sends them resets it.
    """

    kinds: frozenset[str]
    ways: tuple[str, ...]
    noted: bool = False
