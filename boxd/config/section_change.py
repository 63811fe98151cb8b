"""Changing keys of one section in the text of a configuration file; all other lines stay."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from boxd.errors import ConfigError

_NEXT_SECTION = re.compile(r"^\[", re.MULTILINE)


def with_keys(text: str, section: str, changes: Mapping[str, Any]) -> str:
    """The text with these keys in [section]; one that is None is taken out, others stay.

    Raises ConfigError if the section is written in a way that only a person can change.
    """
    before: dict[str, Any] = tomllib.loads(text).get(section, {})
    wanted = before | dict(changes)
    changed = _changed(text, section, changes)
    try:
        found = tomllib.loads(changed).get(section)
    except tomllib.TOMLDecodeError:
        found = None
    if found != {key: value for key, value in wanted.items() if value is not None}:
        lines = "; ".join(_lines(changes)) or "nothing of " + ", ".join(changes)
        raise ConfigError(f"[{section}] has to be changed by hand; write there: {lines}")
    return changed


def _changed(text: str, section: str, changes: Mapping[str, Any]) -> str:
    header = re.search(rf"^\[{re.escape(section)}\][ \t]*(#.*)?$", text, re.MULTILINE)
    if header is None:
        return "\n".join([text.rstrip(), "", f"[{section}]", *_lines(changes), ""])
    following = _NEXT_SECTION.search(text, header.end())
    end = following.start() if following else len(text)
    own = re.compile(rf"[ \t]*({'|'.join(map(re.escape, changes))})[ \t]*=")
    kept = [line for line in text[header.end() : end].split("\n")[1:] if not own.match(line)]
    lines = "\n".join([*_lines(changes), *kept])
    return f"{text[: header.end()]}\n{lines}{text[end:]}"


def _lines(changes: Mapping[str, Any]) -> list[str]:
    # A JSON value of these kinds is one of TOML, too.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in changes.items()
        if value is not None
    ]
