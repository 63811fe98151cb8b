"""What boxes of a fleet tell each other about units that go from one box to another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MissingUnits(StrEnum):
    """What a person decides about units that left one box and did not arrive at the other."""

    FOUND = "found"  # they are at the box to which they were sent
    RETURNED = "returned"  # they are at the box that sent them
    LOST = "lost"
    WRITTEN_OFF = "written_off"  # broken on the way, or given away


@dataclass(frozen=True)
class StockOrder:
    """What left: `units` of a prize, from the box `sender` to the box `receiver`."""

    move: str
    sku: str
    name: str
    units: int
    sender: int
    receiver: int


@dataclass(frozen=True)
class StockReport:
    """What became of the units so far, as the receiver's ledger says; it decides."""

    is_signed: bool = False
    arrived: int = 0
    returned: int = 0
    written_off: int = 0

    @property
    def units(self) -> int:
        """How many units are somewhere again."""
        return self.arrived + self.returned + self.written_off
