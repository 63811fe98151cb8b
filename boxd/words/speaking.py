"""The language of this context: of a request, or the box's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from boxd.words.catalogue import N_, SOURCE, Words, words_in
from boxd.words.own_names import own_names

__all__ = [
    "N_",
    "current",
    "gettext",
    "moment",
    "ngettext",
    "number",
    "sentence",
    "speaking",
    "translate",
]

_SPOKEN: ContextVar[Words | None] = ContextVar("words", default=None)


def current() -> Words:
    """The words of this context."""
    return _SPOKEN.get() or words_in(SOURCE)


@contextmanager
def speaking(words: Words) -> Iterator[None]:
    """Use these words in this context until the block ends."""
    before = _SPOKEN.set(words)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def gettext(message: str) -> str:
    """The message in this context's language."""
    return current().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The message for this count in this context's language."""
    return current().ngettext(singular, plural, count)


def translate(text: str) -> str:
    """A text that was made in English, in this context's language as far as it is known."""
    words = current()
    return words.translate(text, own_names().in_language(words.language))


def sentence(text: str) -> str:
    """The translation of a text without its capital and full stop, with them."""
    said = translate(text)
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '。')) else '.'}"


def number(value: int) -> str:
    """A whole number as this context's reader writes it."""
    return current().number(value)


def moment(at: datetime, now: datetime) -> str:
    """A time as this context's reader writes it."""
    return current().moment(at, now)
