"""Reads a catalogue in gettext's form: a .po file, as translators edit it.

A box reads it as it is, once for each language: nothing has to be compiled, and nothing can be
older than its source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from boxd.errors import BoxdError

_FIELD = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) )?(".*")')

Messages = Mapping[str, tuple[str, ...]]
"""The translations of each message; of one with a plural, each of its forms."""


class BrokenCatalogue(BoxdError):
    """A catalogue that can't be read; the release is damaged."""


def read_po(file: Path) -> Messages:
    """What is translated. Entries that are fuzzy, obsolete or empty are left out.

    Raises BrokenCatalogue.
    """
    found = {}
    for entry in _entries(file):
        forms = tuple(text for field, text in entry.items() if field.startswith("msgstr"))
        if entry.get("msgid") and all(forms):
            found[entry["msgid"]] = forms
    return found


def _entries(file: Path) -> Iterator[dict[str, str]]:
    for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
        lines = block.splitlines()
        if not any(line.startswith("#,") and "fuzzy" in line for line in lines):
            yield _entry(file, [line for line in lines if not line.startswith("#")])


def _entry(file: Path, lines: list[str]) -> dict[str, str]:
    entry: dict[str, str] = {}
    field = ""
    for line in filter(None, map(str.strip, lines)):
        match = _FIELD.fullmatch(line)
        field = (match and match[1]) or field
        if match is None or not field:
            raise BrokenCatalogue(f"{file} has a line that is no entry: {line[:80]}")
        entry[field] = entry.get(field, "") + str(ast.literal_eval(match[2]))
    return entry
