"""The one form of the names of people, badges, tickets and prizes, however they are typed.

`cleaned` is what is kept and shown. It is in NFC. Every kind of blank from keyboards, phones and
spreadsheets becomes a space, never two in a row and none at the ends. Invisible characters are
removed, first of all those that change the direction of the text after them. Joiners stay where
scripts (Persian, Malayalam, Sinhala) and emoji need them, variation selectors where they choose a
form (kanji in names, keycaps, hearts).

`folded` is never shown: two names with the same folded form are spellings of one name that differ
in case, width, blanks or joiners.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from boxd.words import N_

LONGEST = 200

# Soft hyphen, fillers and other invisible characters that join nothing; direction marks and
# overrides; annotations; the format controls of shorthand and music; the rest of the tags' plane.
_DROPPED = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb"
)
_DROPPED_TOO = (
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
_BLANKS = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
_LINE_ENDS = "\t\n\x0b\x0c\r\x85\u2028\u2029"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINERS = "\u180e\u200c\u200d"

_INVISIBLE = re.compile(f"[{_DROPPED}{_DROPPED_TOO}]")
# Tags turn a black flag into a region's; anywhere else they are hidden text.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f)|[\U000e0000-\U000e007f]")
_BLANK_RUN = re.compile(f"[{_BLANKS}]+")
_SELECTOR = re.compile(f"[{_SELECTORS}]")
_JOINER = re.compile(f"[{_JOINERS}]")
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_KEYCAP = "\u20e3"

# For a description in JSON, whose readers know no characters beyond 16 bits: one line, with
# something visible on it.
_NOT_ON_A_LINE = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
PATTERN = (
    f"^[^{_NOT_ON_A_LINE}]*[^{_NOT_ON_A_LINE}{_DROPPED}{_BLANKS}\u180b-\u180f\u200c\u200d\ufe00-\ufe0f]"
    f"[^{_NOT_ON_A_LINE}]*$"
)


def cleaned(text: str) -> str:
    """The one form of a name; check it with `why_refused` next."""
    if text.isascii():  # nearly every cell of a long file
        return _BLANK_RUN.sub(" ", text.strip(f" {_LINE_ENDS}"))
    visible = _TAGS.sub(r"\1", _INVISIBLE.sub("", text))
    joined = _with_needed_joiners(unicodedata.normalize("NFC", visible))
    spaced = _BLANK_RUN.sub(" ", joined.strip(f" {_LINE_ENDS}"))
    return unicodedata.normalize("NFC", spaced.strip(f" {_LINE_ENDS}"))


def why_refused(name: str) -> str:
    """Why a cleaned name can't be taken, as the rest of a sentence; empty if it can."""
    if not name:
        return N_("is empty: it needs 1 to {most} visible characters").format(most=LONGEST)
    if _UNREADABLE.search(name):
        return N_("has to be one line of text, without control characters")
    if len(name) > LONGEST:
        text = N_("has {count} characters; {most} are the most")
        return text.format(count=len(name), most=LONGEST)
    return ""


def folded(name: str) -> str:
    """What all spellings of a name have in common."""
    if (plain := cleaned(name)).isascii():
        return plain.lower()
    bare = _JOINER.sub("", _SELECTOR.sub("", plain)).translate(_OF_USUAL_WIDTH)
    caseless = unicodedata.normalize("NFD", bare).casefold()
    return _BLANK_RUN.sub(" ", unicodedata.normalize("NFC", caseless)).strip()


def in_order(name: str) -> str:
    """What names are sorted by: all spellings alike, numbers by their size."""
    return re.sub(r"[0-9]+", lambda digits: digits[0].zfill(12), folded(name))


def _with_needed_joiners(text: str) -> str:
    """The text without joiners and selectors that the character before them does not use."""
    kept: list[str] = []
    base, run = "", ""
    for place, sign in enumerate(text):
        kind = "selector" if _SELECTOR.match(sign) else "joiner" if _JOINER.match(sign) else ""
        if kind:
            if kind in run or not _is_joined(base, sign, text[place + 1 : place + 2]):
                continue
            run += kind
        else:
            run = ""
            if not unicodedata.category(sign).startswith("M"):
                base = sign
        kept.append(sign)
    return "".join(kept)


def _is_joined(base: str, sign: str, following: str) -> bool:
    """Whether a joiner or selector after `base` can mean anything.

    Letters with case (Latin, Greek, Cyrillic) don't join, nor do blanks. In ASCII only keycaps
    have a selector.
    """
    if not base or base.isascii():
        return sign == "\ufe0f" and following == _KEYCAP and base in "0123456789#*"
    return unicodedata.category(base) in {"Lo", "So", "Sk", "Sm", "Po", "Pd"}


def _widths() -> dict[int, str]:
    """The full-width and half-width forms, each with its usual character."""
    forms = {}
    for code in range(0xFF01, 0xFFEF):
        kind, _, usual = unicodedata.decomposition(chr(code)).partition(" ")
        if kind in {"<wide>", "<narrow>"}:
            forms[code] = "".join(chr(int(each, 16)) for each in usual.split())
    return forms


_OF_USUAL_WIDTH = _widths()


def spelled_twice(named: Iterable[str]) -> list[tuple[str, str]]:
    """Each name that a list has in another spelling before, beside the first one."""
    first: dict[str, str] = {}
    found = [(name, first.setdefault(folded(name), name)) for name in dict.fromkeys(named)]
    return [(name, other) for name, other in found if name != other]
