"""The kernel's codes of keys (include/uapi/linux/input-event-codes.h), and what boxd makes of them.

A code means a place on the keyboard: layouts, NumLock, CapsLock and Shift change nothing. So a
scanner that is set to another country's keyboard still types the same digits, and those letters
that all Latin keyboards have at the same place.
"""

from __future__ import annotations

from boxd.devices import Key

_TOP_ROW = {f"{digit}": 2 + (digit - 1) % 10 for digit in range(10)}  # 1 to 9, then 0
_NUMBER_PAD = {"7": 71, "8": 72, "9": 73, "4": 75, "5": 76, "6": 77, "1": 79, "2": 80, "3": 81}
_NUMBER_PAD["0"] = 82
_ROWS_OF_LETTERS = {"QWERTYUIOP": 16, "ASDFGHJKL": 30, "ZXCVBNM": 44}
_ENTERS = (28, 96)
_TAB = 15

CANCELS = {14: "Backspace", 1: "Esc", 111: "Del", 83: "Del", 74: "-", 55: "*"}
"""Keys that cancel unless the configuration says otherwise, and what is printed on them."""

PRINTED = {**CANCELS, 78: "+", 98: "/", _TAB: "Tab", 57: "Space", 28: "Enter", 96: "Enter"}
"""What is printed on keys that are no digit and no letter."""

MODIFIERS = frozenset({29, 42, 54, 56, 58, 69, 70, 97, 100, 125, 126})
"""Ctrl, Shift, Alt, the locks and Meta: a scanner presses them around what it types."""

LINE_ENDS = frozenset({*_ENTERS, _TAB})
"""What a scanner ends its text with."""

KEY_OF_CODE: dict[int, Key] = {
    **{code: Key(digit) for codes in (_TOP_ROW, _NUMBER_PAD) for digit, code in codes.items()},
    **dict.fromkeys(_ENTERS, Key.ENTER),
    **dict.fromkeys(CANCELS, Key.CANCEL),
}

CHARACTER_OF_CODE: dict[int, str] = {
    **{code: digit for codes in (_TOP_ROW, _NUMBER_PAD) for digit, code in codes.items()},
    **{
        first + place: letter
        for letters, first in _ROWS_OF_LETTERS.items()
        for place, letter in enumerate(letters)
    },
}

CODES = range(1, 0x300)
"""Every code that a key can have."""
