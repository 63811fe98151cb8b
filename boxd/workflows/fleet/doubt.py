"""Whether this box may have given codes away that its ledger does not remember giving.

A restored ledger says that it is one: its codes wait until every other box has been heard. A card
that was put back from an image says nothing; so each start asks the others as well, and gives them
a moment. A box without a network goes on: it can ask nobody.
"""

from __future__ import annotations

import sys

from boxd.ledger import roll_calls
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import boot_s

# Connecting takes no longer; the others answer within a second of that.
_UNTIL_CONNECTED_S = 6.0
_ANSWERS_WITHIN_S = 3.0


class Doubt:
    """Which codes wait: those up to the newest of this start."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._newest = sys.maxsize
        self._waits_until = boot_s() + _UNTIL_CONNECTED_S
        self.is_certain = False
        self.is_over = False

    @property
    def up_to(self) -> int:
        """The number of the newest code that waits; 0 if none does."""
        waits = self.is_certain or boot_s() < self._waits_until
        return self._newest if waits and not self.is_over else 0

    async def look(self) -> None:
        """Look whether the ledger knows that it was restored."""
        self._newest = await self._ledger.read(roll_calls.newest_code)
        self.is_certain = await self._ledger.read(roll_calls.has_forgotten)

    def asks(self) -> None:
        """The others are being asked: they have a moment."""
        self._waits_until = boot_s() + _ANSWERS_WITHIN_S

    def asks_nobody(self) -> None:
        """There is no way to the others."""
        self._waits_until = 0.0

    async def all_are_heard(self) -> None:
        """Every other box has answered, and what they know is in the ledger."""
        await self._ledger.write(roll_calls.note_all_heard)
        self.is_over = True
