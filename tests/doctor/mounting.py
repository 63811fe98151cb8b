"""Mounts that only one command sees: a mount namespace, of the user's own where that is allowed."""

from __future__ import annotations

import shlex
import subprocess

import pytest

_UNSHARE = ("unshare", "--mount", "--map-root-user", "--propagation", "private")


def with_mounts(script: str) -> tuple[str, ...]:
    """What begins a command so that `script`, shell that mounts things, holds for it alone."""
    may = subprocess.run((*_UNSHARE, "mount", "-t", "tmpfs", "t", "/mnt"), check=False)
    if may.returncode:
        pytest.skip("this machine allows no mount namespaces")
    return (*_UNSHARE, "sh", "-ec", f'{script}; exec "$@"', "sh")


def quoted(path: object) -> str:
    """A path for the shell."""
    return shlex.quote(str(path))
