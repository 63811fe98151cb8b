"""The languages, and the words of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from boxd.words.made_texts import MessageMaker, maker_of
from boxd.words.po_file import Messages, read_po

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en"  # the language of the source's own texts
_MOST_REMADE = 500  # texts that are remembered; a screen shows some fifty

# Which form counts: the first of two for 1 alone, or for 0 and 1, or the same one always.
_PLURALS: Mapping[str, Callable[[int], int]] = {
    "fr": lambda count: int(count > 1),
    "ja": lambda _count: 0,
}
_THOUSANDS = {"en": ",", "de": ".", "fr": "\u202f", "es": ".", "ja": ","}
_NAMES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
}


@dataclass(frozen=True)
class Words:
    """One language: its translations, and the forms of its numbers and times.

    A text without a translation stays as it is in the source, which is English.
    """

    language: str
    messages: Messages

    def gettext(self, message: str) -> str:
        """The translation."""
        found = self.messages.get(message)
        return found[0] if found else message

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The translation for this count."""
        forms = self.messages.get(singular) or (singular, plural)
        rule = _PLURALS.get(self.language, _two_forms) if self.messages else _two_forms
        return forms[min(rule(count), len(forms) - 1)]

    def translate(self, text: str, own: Mapping[str, str] = MappingProxyType({})) -> str:
        """A text that was made in English: the same in this language, as far as it is known.

        It is a name in `own`, a message, or was made from a message with `format`.
        """
        if text in own:
            return own[text]
        if not self.messages or not text:
            return text
        whole = self.messages.get(text)
        return whole[0] if whole else self._remade(text, own)

    def _remade(self, text: str, own: Mapping[str, str]) -> str:
        found = self._taken_apart(text)
        if found is None:
            return text
        message, values = found
        if why := values.get("why"):
            values = {**values, "why": self.translate(why, own)}
        if (prize := values.get("prize", "")) in own:
            values = {**values, "prize": own[prize]}
        return self.messages[message][0].format(**values)

    def _taken_apart(self, text: str) -> tuple[str, dict[str, str]] | None:
        """The message that a text was made from, and its values; remembered."""
        if text not in self._apart:
            if len(self._apart) >= _MOST_REMADE:
                self._apart.clear()
            found = (each.values_in(text) for each in self._makers)
            self._apart[text] = next(filter(None, found), None)
        return self._apart[text]

    @cached_property
    def _apart(self) -> dict[str, tuple[str, dict[str, str]] | None]:
        return {}

    @cached_property
    def _makers(self) -> tuple[MessageMaker, ...]:
        """Messages with values, the most wordy first: it says most about a text."""
        found = filter(None, map(maker_of, self.messages))
        return tuple(sorted(found, key=lambda each: -each.letters))

    def number(self, value: int) -> str:
        """A whole number as people here write it: 12,345."""
        return f"{value:,}".replace(",", _THOUSANDS.get(self.language, ","))

    def moment(self, at: datetime, now: datetime) -> str:
        """A time for people at the box: 14:03, or with its day."""
        here = at.astimezone()
        if here.date() == now.astimezone().date():
            return f"{here:%H:%M}"
        day = self.gettext(_DAYS[here.weekday()])
        month = self.gettext(_MONTHS[here.month - 1])
        # The order of a date: Sat 02 May, 14:03.
        form = self.gettext("{day} {date} {month}, {time}")
        return form.format(day=day, date=f"{here:%d}", month=month, time=f"{here:%H:%M}")


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """The text as it is: it is translated where it is shown."""
    return message


_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)


@cache
def languages(folder: Path = LOCALE) -> dict[str, str]:
    """The languages with a catalogue, each with its own name for itself."""
    there = sorted(file.stem for file in folder.glob("*.po"))
    return {each: _NAMES.get(each, each) for each in (SOURCE, *there)}


@cache
def words_in(language: str, folder: Path = LOCALE) -> Words:
    """The words of a language; in the source's own if it has no catalogue. Raises BrokenCatalogue.

    The first call reads the catalogue, which takes 15 ms for 1,000 messages on a desktop.
    """
    if language not in languages(folder) or language == SOURCE:
        return Words(SOURCE, MappingProxyType({}))
    return Words(language, read_po(folder / f"{language}.po"))


def _two_forms(count: int) -> int:
    return int(count != 1)
