"""Finds things that are used twice, but allow only one user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boxd.config.schema_texts import SchemaFinding
from boxd.config.toml_positions import KeyPath


@dataclass(frozen=True)
class Use:
    """At `path` the file says that `user` has `thing`."""

    path: KeyPath
    user: str
    thing: str


def used_twice(uses: Iterable[Use], remedy: str) -> Iterator[SchemaFinding]:
    """A finding for each use of a thing that already has a user."""
    owners: dict[str, str] = {}
    for use in uses:
        if use.thing in owners:
            text = f"{use.user}: {use.thing} is taken by {owners[use.thing]} already; {remedy}"
            yield SchemaFinding(use.path, text)
        owners.setdefault(use.thing, use.user)
