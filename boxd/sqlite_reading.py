"""Reading an SQLite database without leaving files behind."""

from __future__ import annotations

from pathlib import Path


def reading_uri(file: Path) -> str:
    """The URI with which SQLite reads `file`, a database in WAL mode, and writes nothing.

    If no program has it open and no log is left, SQLite would create a log and its index only to
    read, and leave both, maybe owned by root: an immutable file needs neither. An index that a
    crash left is not repaired, but ignored.
    """
    log, index = (file.with_name(file.name + part) for part in ("-wal", "-shm"))
    uri = f"{file.absolute().as_uri()}?mode=ro"
    if index.exists():
        return f"{uri}&readonly_shm=1"
    return uri if log.exists() and log.stat().st_size else f"{uri}&immutable=1"
