"""What must not leave the box, taken out of sentences: codes, tokens, links, words known here."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "•••"
UNKNOWN = "left out: the ledger can't be read, so nobody knows whom this names"
_SHORTEST_WORD = 3

# Of an address its host alone; a mistyped one (`htps://`) has the same secrets in it.
_USER = re.compile(r"(?<=://)[^/\s\"'@]*@")
_ADDRESS = re.compile(r"(\w+://[^/\s\"']+)/[^\s\"']*")
_PATTERNS = (
    re.compile(r"\d(?: ?\d){5,}"),  # codes and PINs, also as keys are told one by one
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),  # mail addresses
    # Tokens, keys, the ends of links: long, of letters and digits.
    re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}"),
)


class Scrub:
    """Takes codes, tokens and the `known` words out of sentences.

    With `known` None the words are not known; sentences are left out then.
    """

    def __init__(self, known: Iterable[str] | None) -> None:
        self.knows = known is not None
        words = {word for each in known or () if len(word := each.strip()) >= _SHORTEST_WORD}
        either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        self._known = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if words else None

    def text(self, said: str) -> str:
        """A sentence of boxd's own, which may name something of this box, without them."""
        return self._without(said)

    def quoted(self, said: str) -> str:
        """A sentence that may hold anything: nothing of it where the words are not known."""
        return self._without(said) if self.knows else UNKNOWN

    def _without(self, said: str) -> str:
        if self._known is not None:
            said = self._known.sub(HIDDEN, said)
        said = _ADDRESS.sub(rf"\1/{HIDDEN}", _USER.sub("", said))
        for pattern in _PATTERNS:
            said = pattern.sub(HIDDEN, said)
        return said
