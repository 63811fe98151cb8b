"""The gateway's log: to the journal with fields, else JSON lines, as the daemon writes them.

Without structlog, which would be a quarter of this process's memory.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from functools import cache

from boxd.service import journal


class Log:
    """Lines named `subject.verb`, with values."""

    def info(self, event: str, **values: object) -> None:
        """Something that maintainers like to see."""
        _write("info", event, values)

    def warning(self, event: str, **values: object) -> None:
        """Something that may want a look."""
        _write("warning", event, values)

    def error(self, event: str, **values: object) -> None:
        """Something that people have to mend."""
        _write("error", event, values)


log = Log()


def _write(level: str, event: str, values: dict[str, object]) -> None:
    line = {"event": event, "level": level, **values}
    to_journal = _journal()
    if to_journal is not None:
        to_journal.msg(journal.encode(journal.fields_of(line)))
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"timestamp": at, **line}, default=str), file=sys.stderr, flush=True)


@cache
def _journal() -> journal.JournalLogger | None:
    return journal.JournalLogger() if journal.is_stderr() else None
