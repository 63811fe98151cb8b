"""Where a card backup may put files: below a few folders, and nowhere else on the system.

The backup is made of what somebody gave root to restore; its manifest and its configuration are
that person's words, not this system's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from boxd.config import Config
from boxd.errors import BadInput

# Below these: the configuration's own folder, the box's, and what is plugged in.
FOLDERS = ("etc/boxd", "var/lib/boxd", "media", "mnt")
# Where the package's configuration has the socket: systemd makes it anew at each start.
_RUNTIME = "run/boxd"
# Programs come from packages.
_PROGRAMS = ("usr", "opt")


def is_allowed(path: Path, root: Path = Path("/")) -> bool:
    """Whether a card backup may put a file there."""
    return _is_below(path, FOLDERS, root)


def require_allowed(config: Config, files: dict[str, str], root: Path) -> None:
    """Check a backup's manifest against its configuration, before anything is changed.

    Raises BadInput, naming what is not as it should be.
    """
    named = {config.claim_key_file, config.reading_key_file, config.link_key_file}
    named |= {config.audit_key_file, *paths_in(config)}
    for path in map(Path, files.values()):
        if path not in named:
            raise BadInput(f"the card backup holds {path}, which its configuration does not name")
        _require(path, FOLDERS, root)
    for folder in (config.box.state_dir, config.backup_dir):
        _require(folder, FOLDERS, root)
    _require(config.socket_file.parent, (*FOLDERS, _RUNTIME), root)
    if config.temporal.binary is not None:
        _require(config.temporal.binary, _PROGRAMS, root)


def paths_in(section: BaseModel) -> Iterator[Path]:
    """Every path in a section of the configuration and in its subsections."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Path):
                yield each
            elif isinstance(each, BaseModel):
                yield from paths_in(each)


def _require(path: Path, folders: tuple[str, ...], root: Path) -> None:
    if not _is_below(path, folders, root):
        where = ", ".join(f"/{each}" for each in folders)
        raise BadInput(
            f"the card backup wants to use {path}; only files below {where} are put in place by it."
            " If it is yours, set the box up by hand: `boxd backup restore` takes a ledger alone"
        )


def _is_below(path: Path, folders: tuple[str, ...], root: Path) -> bool:
    # By the words alone: what lies there may be a link, which is looked at when it is written.
    return ".." not in path.parts and any(path.is_relative_to(root / each) for each in folders)
