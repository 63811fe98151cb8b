"""Recognises texts that were made from a message and its values.

Errors, replies and alarms are made, logged and stored in English, before anybody knows who will
read them. Where a person reads one, the message that it was made from is looked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FIELD = re.compile(r"\{(\w+)\}")
_FEWEST_LETTERS = 8  # a shorter message says too little: "{size} KiB" would fit much


@dataclass(frozen=True)
class MessageMaker:
    """A message with named values. `letters` counts what is not a value."""

    message: str
    pattern: re.Pattern[str]
    letters: int

    def values_in(self, text: str) -> tuple[str, dict[str, str]] | None:
        """The message and the values, if the text was made from it."""
        match = self.pattern.fullmatch(text)
        return (self.message, match.groupdict()) if match else None


def maker_of(message: str) -> MessageMaker | None:
    """How to recognise what is made from the message; None if it has no values of its own."""
    parts = _FIELD.split(message)
    names, fixed = parts[1::2], parts[::2]
    letters = sum(map(len, fixed))
    if not names or len(set(names)) != len(names) or letters < _FEWEST_LETTERS:
        return None
    pattern = re.escape(fixed[0])
    for name, following in zip(names, fixed[1:], strict=True):
        pattern += f"(?P<{name}>.+?){re.escape(following)}"
    return MessageMaker(message, re.compile(pattern, re.DOTALL), letters)
