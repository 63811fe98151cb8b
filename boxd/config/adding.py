"""Changing a configuration file, which is checked as a whole before it is replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from boxd.config.reading import load
from boxd.errors import ConfigError


def add_section(path: Path, section: str) -> None:
    """Add `section` at the end of the file. Raises as `change_file`."""
    change_file(path, lambda text: text.rstrip() + "\n\n" + section)


def change_file(path: Path, changed: Callable[[str], str]) -> None:
    """Let `changed` make the file's new text; the file stays as it is if the result has errors.

    Raises ConfigError, and OSError if the folder can't be written.
    """
    load(path)
    file = path.resolve()  # keep a symbolic link
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        _write_aside(aside, file, changed(file.read_bytes().decode()))
        _check(aside, path)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    _make_lasting(file.parent)


def _write_aside(aside: Path, file: Path, text: str) -> None:
    with aside.open("x", encoding="utf-8", newline="") as written:
        shutil.copystat(file, aside)
        owner = file.stat()
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(aside, owner.st_uid, owner.st_gid)
        written.write(text)
        written.flush()
        os.fsync(written.fileno())


def _check(aside: Path, path: Path) -> None:
    try:
        load(aside)
    except ConfigError as error:
        told = str(error).replace(str(aside), str(path))
        text = f"{path} was left as it is; with the change it would be wrong:\n{told}"
        raise ConfigError(text) from error


def _make_lasting(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
