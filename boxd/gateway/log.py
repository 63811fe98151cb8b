"""The gateway's log: to the journal with fields, else JSON lines, as the daemon writes them.

Without structlog, which would be a quarter of this process's memory.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from datetime import UTC, datetime
from functools import cache
from typing import Any

from boxd.service import journal
from boxd.service.log_bounds import LEFT_OUT, LogBounds, shortened, shortened_traceback


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
_bounds = LogBounds()


def log_failed_task(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody caught: a mistake, which clients must not be able to make a flood of."""
    log.error("gateway.failed", why=context["message"], error=context.get("exception"))


def _write(level: str, event: str, values: dict[str, object]) -> None:
    error = values.pop("error", None)
    left_out = _bounds.left_out(event, error is not None)
    if left_out is None:
        return
    line = {"event": event, "level": level, **{name: shortened(v) for name, v in values.items()}}
    if left_out:
        line[LEFT_OUT] = left_out
    if isinstance(error, BaseException):
        line["exception"] = shortened_traceback("".join(traceback.format_exception(error)))
    to_journal = _journal()
    if to_journal is not None:
        to_journal.msg(journal.encode(journal.fields_of(line)))
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"timestamp": at, **line}, default=str), file=sys.stderr, flush=True)


@cache
def _journal() -> journal.JournalLogger | None:
    return journal.JournalLogger() if journal.is_stderr() else None
