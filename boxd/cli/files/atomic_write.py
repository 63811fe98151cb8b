"""Writing files completely or not at all, readable by their owner only."""

from __future__ import annotations

import contextlib
import csv
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[TextIO]:
    """A file to write; it replaces `file` only when it is complete."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def written(file: Path) -> Iterator[TextIO]:
    """Like `replacing`; `-` means standard output."""
    if str(file) == "-":
        yield sys.stdout
    else:
        with replacing(file) as out:
            yield out


def write_csv(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write the rows below their columns; returns how many."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return count
