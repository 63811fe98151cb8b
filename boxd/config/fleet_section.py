"""Changing [fleet] in a configuration file: the box joins the fleet of an event, or leaves it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from boxd.errors import ConfigError

_HEADER = re.compile(r"^\[fleet\][ \t]*(#.*)?$", re.MULTILINE)
_NEXT_SECTION = re.compile(r"^\[", re.MULTILINE)


def with_fleet(text: str, changes: Mapping[str, Any]) -> str:
    """The text with these keys in [fleet]; one that is None is taken out, others stay.

    Raises ConfigError if the section is written in a way that only a person can change.
    """
    before: dict[str, Any] = tomllib.loads(text).get("fleet", {})
    wanted = before | dict(changes)
    changed = _changed(text, changes)
    try:
        found = tomllib.loads(changed).get("fleet")
    except tomllib.TOMLDecodeError:
        found = None
    if found != {key: value for key, value in wanted.items() if value is not None}:
        lines = "; ".join(_lines(changes)) or "nothing of " + ", ".join(changes)
        raise ConfigError(f"[fleet] has to be changed by hand; write there: {lines}")
    return changed


def _changed(text: str, changes: Mapping[str, Any]) -> str:
    header = _HEADER.search(text)
    if header is None:
        return "\n".join([text.rstrip(), "", "[fleet]", *_lines(changes), ""])
    following = _NEXT_SECTION.search(text, header.end())
    end = following.start() if following else len(text)
    own = re.compile(rf"[ \t]*({'|'.join(map(re.escape, changes))})[ \t]*=")
    kept = [line for line in text[header.end() : end].split("\n")[1:] if not own.match(line)]
    section = "\n".join([*_lines(changes), *kept])
    return f"{text[: header.end()]}\n{section}{text[end:]}"


def _lines(changes: Mapping[str, Any]) -> list[str]:
    # A JSON value of these kinds is one of TOML, too.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in changes.items()
        if value is not None
    ]
