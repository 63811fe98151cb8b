"""Reading an SQLite database without leaving anything behind."""

from __future__ import annotations

from pathlib import Path


def reading_uri(file: Path) -> str:
    """The address under which SQLite reads `file`, a database in WAL mode, and writes nothing.

    Where no program has it open and no log is left, SQLite would make a log and its index only
    to read, and leave both, maybe as root's: an immutable file needs neither. An index that a
    crash left is not mended, but read over.
    """
    log, index = (file.with_name(file.name + part) for part in ("-wal", "-shm"))
    uri = f"{file.absolute().as_uri()}?mode=ro"
    if index.exists():
        return f"{uri}&readonly_shm=1"
    return uri if log.exists() and log.stat().st_size else f"{uri}&immutable=1"
