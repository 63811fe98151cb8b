"""The number of a code's home box, which its digits carry, so that any box knows it offline.

Boxes 1 to 8 have their number before the digits of a code, boxes 9 to 99 a nine and two digits.
The length tells such a code from one without a number: that is of the box that began the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from boxd.ledger.check_digit import is_well_formed

_LONG = "9"
_LONG_DIGITS = 3
MOST_BOXES = 99


def digits_of(number: int | None) -> str:
    """What a code begins with at the box of this number; nothing at a box without one."""
    if number is None:
        return ""
    return str(number) if number < int(_LONG) else f"{_LONG}{number:02}"


@dataclass(frozen=True)
class Homes:
    """How codes are numbered at this event.

    `length` is that of a code without a number, `own` this box's number (None for a box alone),
    `first` the number of the box whose codes have none; `names` are the boxes' names, from 1.
    """

    length: int
    own: int | None = None
    first: int = 1
    names: Sequence[str] = ()

    def home_of(self, typed: str) -> int | None:
        """The number of the code's home; None if it is no code. A box alone is its own home, 0."""
        if is_well_formed(typed, self.length):
            return self.first if self.own is not None else 0
        if self.own is None:
            return None
        begins = typed[:_LONG_DIGITS] if typed.startswith(_LONG) else typed[:1]
        if not is_well_formed(typed, self.length + len(begins)):
            return None
        number = int(begins.removeprefix(_LONG))
        return number if digits_of(number) == begins else None

    def elsewhere(self, typed: str) -> str:
        """The box to which an attendee with this code goes, in words; empty if it is this one."""
        home = self.home_of(typed)
        if not home or home == self.own:
            return ""
        name = self.names[home - 1] if home <= len(self.names) else ""
        return f"{home} ({name})" if name else str(home)
