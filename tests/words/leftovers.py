"""Finds English that is left on a page in Japanese, where each Latin letter is to have a reason."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.parser import HTMLParser

from boxd.config import Config
from boxd.config.addresses import split

_READ_ALOUD = ("alt", "aria-label", "placeholder", "title")
_UNSEEN = ("script", "style", "svg")
# Not words: addresses, commands in backquotes, paths, settings, anything with a digit in it.
_NO_WORD = re.compile(r"`[^`]*`|https?://\S+|\S*[/_=\\@0-9]\S*|\[[^\]]*\]")
_WORD = re.compile(r"[A-Za-zÄÖÜäöü]{2,}")
# What Japanese writes with Latin letters, too.
_NAMES = frozenset(
    (
        *("boxd", "Temporal", "Arduino", "MIDI", "GPIO", "USB", "LAN", "WLAN", "Wi", "Fi", "API"),
        *("QR", "PIN", "SKU", "ID", "CSV", "XLSX", "TOML", "JSON", "PDF", "JPEG", "PNG", "WebP"),
        *("Enter", "Cancel", "KB", "MB", "ms", "min", "HTTP", "HTTPS"),
    )
)


class _Reader(HTMLParser):
    """Collects what people read, or hear read aloud; not what says of itself that it is English."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the texts of the tag."""
        given = dict(attrs)
        if self._skipped:
            if tag == self._skipped[0]:
                self._skipped.append(tag)
            return
        if tag in _UNSEEN or tag == "code" or given.get("lang", "ja") != "ja":
            self._skipped.append(tag)
            return
        self.texts += [text for name in _READ_ALOUD if (text := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        """Go on behind what was skipped."""
        if self._skipped and tag == self._skipped[-1]:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        """Take the text."""
        if not self._skipped:
            self.texts.append(data)


def named_in(config: Config) -> list[str]:
    """What the configuration calls the event's things, the longest names first."""
    named = [config.box.name, *(each.name for each in config.bays)]
    named += [text for each in config.tasks for text in (each.name, each.text, each.id)]
    named += [each.name for each in config.checkpoints] + [each.name for each in config.seed]
    named += [each.sku for each in config.seed]
    named += [text for each in config.devices for text in (each.name, each.port)]
    parts = [address for each in config.lockers for address in (each.latch, each.door) if address]
    named += [split(address)[1] or "latch" for address in parts]  # a board's only one
    return sorted(filter(None, named), key=len, reverse=True)


def english_on(page: str, known: Collection[str] = ()) -> list[str]:
    """The texts of a page that have English words in them, without the `known` ones."""
    reader = _Reader()
    reader.feed(page)
    return [text for text in reader.texts if english_in(text, known)]


def english_in(text: str, known: Collection[str] = ()) -> list[str]:
    """The English words of a text."""
    for each in known:
        text = text.replace(each, " ")
    return [word for word in _WORD.findall(_NO_WORD.sub(" ", text)) if word not in _NAMES]
