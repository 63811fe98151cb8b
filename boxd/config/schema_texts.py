"""Errors of single values in plain words: the value, the rule, the remedy."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from boxd.config.device_kinds import one_of_the_kinds
from boxd.config.schema_info import ITEMS, Expected, expected_at
from boxd.config.toml_positions import KeyPath

_NEAR_ENOUGH = 0.55  # from this similarity on one guess helps more than the whole list
_NOTHING: tuple[Any, ...] = (None, (), {})


@dataclass(frozen=True)
class SchemaFinding:
    """One fault: its place in the file, and what to do about it."""

    path: KeyPath
    text: str


def findings_of(error: ValidationError, data: Mapping[str, Any]) -> list[SchemaFinding]:
    """Every fault that pydantic found in `data`."""
    return [_finding(detail, data) for detail in error.errors(include_url=False)]


def _quoted(name: str) -> str:
    return f"'{name}'"


def nearest(
    name: str, known: Iterable[str], what: str, written: Callable[[str], str] = _quoted
) -> str:
    """A clause with the nearest of `known`, or all of them if none is near."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=_NEAR_ENOUGH)
    if close:
        return f"did you mean {written(close[0])}?"
    return f"{what}: {', '.join(written(known) for known in names) or 'none'}"


def place(path: KeyPath, data: Mapping[str, Any]) -> str:
    """The name of the thing at `path` for people, e.g. `[web] port` or `device 'board-0': port`."""
    head = str(path[0])
    if head not in ITEMS or (len(path) > 1 and not isinstance(path[1], int)):
        return " ".join([f"[{head}]", *_key(path[1:])])
    if len(path) == 1:
        return f"[[{head}]]"
    index = int(path[1])
    return ": ".join([_item(head, index, data[head][index]), *_key(path[2:])])


def _item(section: str, index: int, values: Any) -> str:
    kind, key = ITEMS[section]
    name = values.get(key) if isinstance(values, dict) else None
    if isinstance(name, str):
        return f"{kind} '{name}'"
    if type(name) is int:
        return f"{kind} {name}"
    return f"{kind} no. {index + 1}"


def _key(path: KeyPath) -> list[str]:
    if not path:
        return []
    name = ".".join(str(part) for part in path if isinstance(part, str))
    return [f"{name}, entry {path[-1] + 1}" if isinstance(path[-1], int) else name]


def _finding(detail: ErrorDetails, data: Mapping[str, Any]) -> SchemaFinding:
    location, kind = detail["loc"], detail["type"]
    expected = expected_at(location)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        expected = Expected((*expected.path, "kind"), one_of_the_kinds())
    if kind == "value_error":
        text = f"{place(expected.path, data)} {detail['ctx']['error']}"
    elif kind == "extra_forbidden":
        text = _unknown(expected.path, expected_at(location[:-1]).keys, data)
    elif kind == "enum" and location[-1] == "[key]":
        text = _unknown(expected.path, expected_at(location[:-2]).keys, data)
    elif location[-1] == "[key]":
        text = (
            f"{place(expected.path, data)}: its name is to be {expected_at(location).description}"
        )
    elif kind in ("missing", "union_tag_not_found"):
        text = _missing(expected, data)
    else:
        text = _refused(expected, data)
    return SchemaFinding(expected.path, text)


def _unknown(path: KeyPath, known: list[str], data: Mapping[str, Any]) -> str:
    name = str(path[-1])
    if len(path) == 1:
        return f"unknown section '{name}'; " + nearest(name, known, "known sections", _brackets)
    return f"{place(path[:-1], data)}: unknown key '{name}'; " + nearest(name, known, "known keys")


def _missing(expected: Expected, data: Mapping[str, Any]) -> str:
    name = str(expected.path[-1])
    if len(expected.path) == 1:
        return f"the section {_brackets(name)} is missing, and every box needs it; add it"
    parent = place(expected.path[:-1], data)
    return f"{parent}: the key '{name}' is missing; add it: it takes {expected.description}"


def _refused(expected: Expected, data: Mapping[str, Any]) -> str:
    path = expected.path
    if len(path) == 1 or (path[0] in ITEMS and len(path) == 2):
        return _wrong_brackets(str(path[0]))
    path, value = _written(path, data)
    text = f"{place(path, data)} = {shown(value)} can't be; it takes {expected.description}"
    default = expected.default
    return f"{text} (without this line: {shown(default)})" if default not in _NOTHING else text


def _written(path: KeyPath, data: Any) -> tuple[KeyPath, Any]:
    """The value in the file; for a value in short form, all of it."""
    for depth, part in enumerate(path):
        if not isinstance(data, dict | list):
            return path[:depth], data
        data = _inside(data, part)
    return path, data


def _inside(values: Any, part: str | int) -> Any:
    return values[part]


def _wrong_brackets(section: str) -> str:
    if section in ITEMS:
        return f"'{section}' is a list of sections; write {_brackets(section)} above each of them"
    return f"'{section}' is one section; write {_brackets(section)} above its keys"


def _brackets(section: str) -> str:
    return f"[[{section}]]" if section in ITEMS else f"[{section}]"


def shown(value: Any) -> str:
    """A value in the file's notation."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {shown(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(inner) for inner in value) + "]"
    if isinstance(value, Path):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, str | int | float):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
