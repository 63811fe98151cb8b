"""Look-backs from a file: one that was saved, a bundle's, or the history of a workflow."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from boxd.config import Config
from boxd.errors import BadInput
from boxd.look_back.instants import LookBack, TimedTrace, instants
from boxd.words import N_
from boxd.workflows.replays import from_text

IN_BUNDLE = "look-backs.jsonl"
"""The bundle's file: a look-back in each line."""
LARGEST = 8 * 1024 * 1024
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_EVENTS = 2000
_WITHIN_S = 60.0
_ADAPTER = TypeAdapter(LookBack)
_NONE = N_(
    "'{name}' is nothing that can be looked back at. Choose a bundle of boxd doctor, a file of"
    " boxd redemptions look-back, or a workflow's history: {why}"
)


def as_json(look_back: LookBack) -> dict[str, Any]:
    """The look-back as plain values."""
    return asdict(look_back)


def from_json(content: object) -> LookBack:
    """A look-back from plain values. Raises ValidationError."""
    return _ADAPTER.validate_python(content)


async def read_look_backs(config: Config, name: str, content: bytes) -> tuple[LookBack, ...]:
    """Everything in the file, the newest first. Raises BadInput, KeysMissing."""
    try:
        if content.startswith(b"\x1f\x8b"):
            return tuple(from_json(json.loads(line)) for line in _of_bundle(content))
        found = json.loads(content)
        if isinstance(found, dict) and "instants" in found:
            return (from_json(found),)
    except (ValueError, ValidationError, KeyError, tarfile.TarError, OSError, EOFError) as error:
        raise BadInput(_NONE.format(name=name[:80], why=str(error)[:200])) from None
    return (await _of_history(config, name, content.decode("utf-8", "replace")),)


def _of_bundle(content: bytes) -> list[bytes]:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            if member.name.rpartition("/")[2] == IN_BUNDLE and member.size <= _MOST_UNPACKED:
                file = archive.extractfile(member)
                return file.read().splitlines() if file is not None else []
    raise KeyError(f"it has no {IN_BUNDLE}")


async def _of_history(config: Config, name: str, text: str) -> LookBack:
    history, machine = from_text(config, name.removesuffix(".json"), text)
    if len(history.events) > _MOST_EVENTS:
        raise BadInput(_NONE.format(name=name[:80], why=f"more than {_MOST_EVENTS} events"))
    try:
        async with asyncio.timeout(_WITHIN_S):
            moments = await machine.moments(history)
    except TimeoutError:
        raise BadInput(_NONE.format(name=name[:80], why=f"not done in {_WITHIN_S:.0f} s")) from None
    missing: tuple[str, ...] = ("ledger: a history alone", "hardware: a history alone")
    if not any(each.state for each in moments):
        missing += ("workflow: another box's key has sealed what it knew",)
    return LookBack(history.workflow_id, "", instants((), moments, TimedTrace()), missing)
