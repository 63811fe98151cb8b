"""Reading the configuration file: a complete `Config`, or all the errors of the file at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from boxd.config.partial import partial_config
from boxd.config.rules import broken_rules
from boxd.config.schema import Config
from boxd.config.schema_texts import SchemaFinding, findings_of, place
from boxd.config.toml_errors import in_plain_words
from boxd.config.toml_positions import KeyPath, line_at, lines_of
from boxd.errors import ConfigError

_MOMENTS = ("expires_at", "until")  # the keys that take a date and time; their type checks them


def load(path: Path) -> Config:
    """The configuration in the file at `path`.

    Raises ConfigError with every error of the file, each as `FILE:LINE: what, rule, remedy`.
    """
    text = _text_of(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}:{in_plain_words(error, text)}") from error
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - resolve() would follow links
    return _checked(data, path, text, folder)


def _checked(data: dict[str, Any], path: Path, text: str, folder: Path) -> Config:
    def validate(values: Mapping[str, Any]) -> Config:
        # As JSON, because only there a strict reading accepts "jack" for an enum and "x" for a
        # path.
        values_json = to_json(values, inf_nan_mode="constants")
        return Config.model_validate_json(values_json, strict=True, context={"folder": folder})

    findings = [*_dates(data)]
    try:
        validate(data)
    except ValidationError as error:
        findings += findings_of(error, data)
    partial = partial_config(data, validate)
    if partial is not None:
        findings += [SchemaFinding(partial.in_file(f.path), f.text) for f in broken_rules(partial)]
    if findings or partial is None:
        raise ConfigError("\n".join(_lines(findings, path, text)))
    return partial.config


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file; name the right one: --config FILE"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: can't be read ({error.strerror}); mend that first") from error


def _dates(data: Mapping[str, Any]) -> Iterator[SchemaFinding]:
    for path, value in _leaves((), data):
        if isinstance(value, date | datetime | time) and path[-1] not in _MOMENTS:
            text = f"{place(path, data)} = {value} can't be; this key takes no date or time of day"
            yield SchemaFinding(path, text)


def _leaves(path: KeyPath, value: Any) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves((*path, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves((*path, index), inner)
    else:
        yield path, value


def _lines(findings: list[SchemaFinding], path: Path, text: str) -> list[str]:
    """One line for each place that has errors, in the order of the file."""
    lines = lines_of(text)
    first = {finding.path: finding for finding in reversed(findings)}
    placed = [(line_at(lines, finding.path), finding.text) for finding in first.values()]
    return [f"{path}:{line}: {what}" for line, what in sorted(placed)]
