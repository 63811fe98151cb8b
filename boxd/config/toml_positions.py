"""Finds the line of each section, key and list item in a TOML text; tomllib does not tell.

The text must be valid TOML (tomllib has read it), so nothing is checked here.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from itertools import accumulate

KeyPath = tuple[str | int, ...]

_BLANK = " \t"
_SPACE = " \t\r\n"
_ENDS_SCALAR = ",]}#\r\n"
_ENDS_BARE_KEY = " \t.=]"


def lines_of(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of everything in `text`; list items are numbered from 0."""
    return _Scanner(text).scan()


def line_at(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, or of the nearest thing around it in the text."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._found: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        section: KeyPath = ()
        while self._skip_to_content():
            if self._peek("["):
                section = self._header()
            else:
                self._pair(section)
        return self._found

    def _header(self) -> KeyPath:
        is_list = self._peek("[[")
        start = self._at
        self._at += 2 if is_list else 1
        keys = self._keys()
        self._at += 2 if is_list else 1
        path = (*self._into((), keys[:-1], start), keys[-1])
        self._note(path, start)
        if is_list:
            self._lengths[path] = self._lengths.get(path, 0) + 1
        path = self._latest(path)
        self._note(path, start)
        return path

    def _pair(self, section: KeyPath) -> None:
        start = self._at
        keys = self._keys()
        self._at += 1  # the =
        self._skip(_BLANK)
        path = self._into(section, keys, start)
        self._value(path)

    def _into(self, path: KeyPath, keys: list[str], start: int) -> KeyPath:
        for key in keys:
            path = self._latest((*path, key))
            self._note(path, start)
        return path

    def _latest(self, path: KeyPath) -> KeyPath:
        """The path with list sections replaced by their latest item."""
        return (*path, self._lengths[path] - 1) if path in self._lengths else path

    def _note(self, path: KeyPath, position: int) -> None:
        self._found.setdefault(path, bisect_right(self._starts, position))

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            if not self._peek("."):
                return keys
            self._at += 1

    def _key(self) -> str:
        start = self._at
        if self._peek('"') or self._peek("'"):
            self._string()
            quoted = self._text[start : self._at]
            return str(tomllib.loads(f"key = {quoted}")["key"])
        self._skip_until(_ENDS_BARE_KEY)
        return self._text[start : self._at]

    def _value(self, path: KeyPath) -> None:
        if self._peek("["):
            self._list(path)
        elif self._peek("{"):
            self._inline_section(path)
        elif self._peek('"') or self._peek("'"):
            self._string()
        else:
            self._skip_until(_ENDS_SCALAR)

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while self._skip_to_content() and not self._peek("]"):
            self._note((*path, index), self._at)
            self._value((*path, index))
            index += 1
            self._skip_to_content()
            if self._peek(","):
                self._at += 1
        self._at += 1

    def _inline_section(self, path: KeyPath) -> None:
        self._at += 1
        while self._skip_to_content() and not self._peek("}"):
            self._pair(path)
            self._skip_to_content()
            if self._peek(","):
                self._at += 1
        self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        fence = quote * 3 if self._peek(quote * 3) else quote
        self._at += len(fence)
        while not self._peek(fence):
            self._at += 2 if quote == '"' and self._peek("\\") else 1
        self._at += len(fence)
        while len(fence) == 3 and self._peek(quote):  # these quotes belong to the text
            self._at += 1

    def _skip_to_content(self) -> bool:
        """Skip space, line ends and comments; returns whether anything is left."""
        self._skip(_SPACE)
        while self._peek("#"):
            self._skip_until("\n")
            self._skip(_SPACE)
        return self._at < len(self._text)

    def _skip(self, characters: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in characters:
            self._at += 1

    def _skip_until(self, characters: str) -> None:
        while self._at < len(self._text) and self._text[self._at] not in characters:
            self._at += 1

    def _peek(self, expected: str) -> bool:
        return self._text.startswith(expected, self._at)
