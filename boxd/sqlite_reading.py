"""Reading an SQLite database without leaving anything behind."""

from __future__ import annotations

from pathlib import Path


def reading_uri(file: Path) -> str:
    """The address under which SQLite reads `file`, a database in WAL mode, and writes nothing.

    Where no program has it open and no log is left, SQLite would make a log and its index only
    to read, and leave both, maybe as root's. An immutable file needs neither.
    """
    log, index = (file.with_name(file.name + part) for part in ("-wal", "-shm"))
    has_log = log.exists() and log.stat().st_size > 0
    uri = f"{file.absolute().as_uri()}?mode=ro"
    return uri if has_log or index.exists() else f"{uri}&immutable=1"
