"""The check digit of a claim code: Damm's algorithm.

It catches every single wrong digit and every swap of neighbours, which tells a slip of the finger
from a guess. The table is the totally anti-symmetric quasigroup of order 10 from H. M. Damm's
dissertation (Marburg, 2004).
"""

from __future__ import annotations

import secrets

_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """The digit that makes `digits`, followed by it, a well-formed code."""
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return str(interim)


def is_well_formed(typed: str, length: int) -> bool:
    """Whether `typed` has the length of a code and a correct check digit."""
    return (
        len(typed) == length
        and typed.isascii()
        and typed.isdigit()
        and check_digit(typed[:-1]) == typed[-1]
    )


def random_code(length: int, home: str = "") -> str:
    """A well-formed code from the system's secure random source: `home`, then `length` digits.

    It never begins with 0: a spreadsheet that takes it for a number would drop that.
    """
    digits = home + str(10 ** (length - 2) + secrets.randbelow(9 * 10 ** (length - 2)))
    return digits + check_digit(digits)
