"""A secret key in a file of its own: written atomically with mode 600, read with a mode check."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from boxd.computer_trouble import lacking
from boxd.config import check_secret_mode
from boxd.errors import ConfigError, KeysMissing

KEY_BYTES = 32


def read_key(file: Path) -> bytes:
    """The 32 bytes of the key in the file.

    Raises KeysMissing, with the remedy, if it can't be used.
    """
    try:
        check_secret_mode(file)
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ConfigError as error:
        raise KeysMissing(str(error)) from None
    except (OSError, ValueError) as error:
        lacks = lacking(error) if isinstance(error, OSError) else ""
        why = lacks or f"{error}; restore it"
        raise KeysMissing(f"the key file {file} can't be read: {why}") from None
    if len(key) != KEY_BYTES:
        raise KeysMissing(f"the key file {file} holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def make_key(file: Path) -> None:
    """Write a new key; the file gets its name only when it is complete and on the disk."""
    write_whole(file, secrets.token_hex(KEY_BYTES) + "\n")


def write_whole(file: Path, text: str) -> None:
    """Write a file for this user alone; it gets its name only when it is complete on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = file.with_name(file.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
