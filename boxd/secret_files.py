"""Checks that a file with a secret is readable by its owner only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from boxd.errors import ConfigError


def check_secret_mode(path: Path) -> None:
    """Raise ConfigError, with the remedy, unless the file exists and only this user can read it."""
    fault = secret_file_fault(path)
    if fault:
        raise ConfigError(fault)


def secret_file_fault(path: Path) -> str:
    """What is wrong with a secret's file, and the remedy; empty if nothing is."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return f"{path}: there is no such file; put the secret there, with mode 600"
    except OSError as error:
        return f"{path}: can't be looked at ({error.strerror}); mend the folder's permissions"
    if not stat.S_ISREG(status.st_mode):
        return f"{path}: a secret's file is to be a plain file; name another"
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        return f"{path}: others may read this secret (mode {mode:03o}); run: chmod 600 {path}"
    if not os.access(path, os.R_OK):
        return f"{path}: this user may not read it; run: chown $(id -un) {path}"
    return ""
