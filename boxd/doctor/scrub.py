"""Removes from sentences what must not leave the box: codes, tokens, links, private words."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "•••"
UNKNOWN = "left out: the ledger can't be read, so nobody knows whom this names"
_SHORTEST_WORD = 3

# Of an address only the host stays; a mistyped scheme (`htps://`) hides the same secrets.
_USER = re.compile(r"(?<=://)[^/\s\"'@]*@")
_ADDRESS = re.compile(r"(\w+://[^/\s\"']+)/[^\s\"']*")
_PATTERNS = (
    re.compile(r"\d(?: ?\d){5,}"),  # codes and PINs, also as digits with blanks between them
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),  # mail addresses
    # Tokens, keys and the ends of links: long runs of letters and digits.
    re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}"),
)


class Scrub:
    """Removes codes, tokens and the `known` words from sentences.

    If `known` is None, the words are unknown, and whole sentences are removed.
    """

    def __init__(self, known: Iterable[str] | None) -> None:
        self.knows = known is not None
        words = {word for each in known or () if len(word := each.strip()) >= _SHORTEST_WORD}
        either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        self._known = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if words else None

    def text(self, said: str) -> str:
        """A sentence of boxd's own, scrubbed: it may name something of this box."""
        return self._without(said)

    def quoted(self, said: str) -> str:
        """A sentence that may hold anything: scrubbed; empty if private words are unknown."""
        return self._without(said) if self.knows else UNKNOWN

    def _without(self, said: str) -> str:
        if self._known is not None:
            said = self._known.sub(HIDDEN, said)
        said = _ADDRESS.sub(rf"\1/{HIDDEN}", _USER.sub("", said))
        for pattern in _PATTERNS:
            said = pattern.sub(HIDDEN, said)
        return said
