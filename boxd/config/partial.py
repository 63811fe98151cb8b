"""The usable part of a file, so that the rules between its parts are checked despite errors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from boxd.config.schema import Config
from boxd.config.schema_info import ITEMS, expected_at
from boxd.config.toml_positions import KeyPath

_PLACEHOLDER = {"id": "box"}  # replaces a [box] that can't be read
_ROUNDS = 4  # removing a key may uncover another error; each round takes away more


@dataclass(frozen=True)
class PartialConfig:
    """A configuration as far as it could be read.

    `doubtful` holds, by section, the names of items that were changed or left out; `rows` the
    places in the file of those that are there; `faulty` the single sections that lack something.
    """

    config: Config
    doubtful: Mapping[str, frozenset[str]]
    rows: Mapping[str, list[int]]
    faulty: frozenset[str]

    def is_doubtful(self, section: str, name: str) -> bool:
        """Whether nothing can be said about this item, since its own errors come first."""
        return name in self.doubtful[section]

    def in_file(self, path: KeyPath) -> KeyPath:
        """The path in the file of a path in `config`."""
        if len(path) > 1 and path[0] in self.rows and isinstance(path[1], int):
            return (path[0], self.rows[str(path[0])][path[1]], *path[2:])
        return path


def partial_config(
    data: Mapping[str, Any], validate: Callable[[Any], Config]
) -> PartialConfig | None:
    """What `validate` accepts of `data`; None when too little is left."""
    remains = _Remains(data)
    for _ in range(_ROUNDS):
        try:
            config = validate(remains.data)
        except ValidationError as error:
            remains.take_away([expected_at(detail["loc"]).path for detail in error.errors()])
        else:
            names = {section: frozenset(names) for section, names in remains.doubtful.items()}
            return PartialConfig(config, names, remains.rows, frozenset(remains.faulty))
    return None


class _Remains:
    """What is left of the file's data while faulty keys and items are taken away."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = copy.deepcopy(dict(data))
        self.doubtful: dict[str, set[str]] = {section: set() for section in ITEMS}
        self.faulty: set[str] = set()
        self.rows = {section: list(range(self._length(section))) for section in ITEMS}

    def _length(self, section: str) -> int:
        items = self.data.get(section)
        return len(items) if isinstance(items, list) else 0

    def take_away(self, faults: list[KeyPath]) -> None:
        """Remove these paths: the key, or the whole item if it can't exist without it."""
        unusable = set()
        for path in faults:
            if path[0] not in ITEMS or len(path) == 1:
                self._take_from_section([str(part) for part in path])
            elif not self._take_from_item(path):
                unusable.add((str(path[0]), int(path[1])))
        for section, index in sorted(unusable, reverse=True):
            del self.data[section][index]
            del self.rows[section][index]

    def _take_from_section(self, path: list[str]) -> None:
        self.faulty.add(path[0])
        section = self.data.get(path[0])
        if len(path) > 1 and isinstance(section, dict) and path[1] in section:
            del section[path[1]]
        elif path[0] == "box":
            self.data["box"] = dict(_PLACEHOLDER)
        else:
            self.data.pop(path[0], None)

    def _take_from_item(self, path: KeyPath) -> bool:
        """Remove one key of an item; False when the item can't be used at all."""
        section = str(path[0])
        item = self.data[section][path[1]]
        if not isinstance(item, dict):
            return False
        self.doubtful[section].add(str(item.get(ITEMS[section][1])))
        return len(path) > 2 and item.pop(path[2], None) is not None
