"""The progress of an upgrade, on the disk before each step: the power may fail at any time."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path

from boxd.errors import BoxdError
from boxd.ledger.replacing import flush
from boxd.upgrade.install_paths import InstallPaths


class Step(StrEnum):
    """The step that is running; after an interruption it is done again from its beginning."""

    STOPPING = "stopping"  # the old release's units stop, the ledger is backed up
    TRYING = "trying"  # the new release is in use and has to prove itself
    GOING_BACK = "going back"  # the old release gets its ledger back and is started
    KEPT = "kept"  # the end: the new release is in use
    GONE_BACK = "gone back"  # the end: the old release is in use


@dataclass(frozen=True)
class Upgrade:
    """One upgrade: from which release to which, and the state before it.

    `schema` is the ledger's, 0 if there was none. `was_ready` says whether the box took codes,
    `failing` which parts of devices failed their test, `is_open` which redemptions were open at
    the stop. `why` says why the new release failed, `set_aside` where its ledger is. A box that an
    administrator has stopped and disabled is not started: then `starts` is false.
    """

    step: Step
    old: str
    new: str
    patience_s: float
    schema: int = 0
    was_ready: bool = False
    is_open: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    backup: str = ""
    why: str = ""
    set_aside: str = ""
    starts: bool = True


_FIELDS = {field.name for field in fields(Upgrade)}


def write(places: InstallPaths, upgrade: Upgrade) -> None:
    """Record the next step on the disk."""
    _write(places.journal, upgrade)


def read(places: InstallPaths) -> Upgrade | None:
    """The upgrade that is running; None if there is none."""
    return _read(places.journal)


def end(places: InstallPaths, upgrade: Upgrade) -> None:
    """Record how it ended; from now on none is running."""
    _write(places.last, upgrade)
    places.journal.unlink(missing_ok=True)
    flush(places.home)


def last(places: InstallPaths) -> Upgrade | None:
    """The last upgrade; None if there was none."""
    return _read(places.last)


def _write(file: Path, upgrade: Upgrade) -> None:
    new = file.with_name(f".{file.name}.new")
    with new.open("w", encoding="utf-8") as stream:
        json.dump(asdict(upgrade), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    flush(file.parent)


def _read(file: Path) -> Upgrade | None:
    try:
        found = json.loads(file.read_text("utf-8"))
        lists = {key: tuple(found[key]) for key in ("is_open", "failing")}
        known = {key: found[key] for key in found if key in _FIELDS}  # another release wrote it
        return Upgrade(**{**known, **lists, "step": Step(found["step"])})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise BoxdError(
            f"{file} does not tell of an upgrade ({error}). Look which release is in use"
            " (ls -l /opt/boxd/current), remove the file, and upgrade again"
        ) from error
