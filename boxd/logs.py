"""Logs: fields for the journal, text for a terminal, else JSON lines; never a code in clear.

Lines of one kind are bounded in number and length, whoever causes them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from boxd.service import journal
from boxd.service.log_bounds import LEFT_OUT, LogBounds, shortened, shortened_traceback

# Codes have 6 to 12 digits; these fields contain longer numbers on purpose.
_DIGITS = re.compile(r"(?<![\w.:-])\d{6,12}(?![\w.:-])")
_MAY_HOLD_NUMBERS = frozenset({"timestamp", "redemption", "pid", "bytes", "seq", "port"})


def hide_codes(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank out everything that looks like a typed code, in any field."""
    for key, value in event.items():
        if isinstance(value, str) and key not in _MAY_HOLD_NUMBERS:
            event[key] = _DIGITS.sub(lambda found: "•" * len(found.group()), value)
    return event


class Bounding:
    """A processor that leaves lines out, and says how many in the next one of their kind."""

    def __init__(self, bounds: LogBounds) -> None:
        self._bounds = bounds

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """The event, bounded. Raises DropEvent."""
        # What a library or the server logs has words of its own in each line.
        kind = str(event.get("logger") or event.get("part") or event["event"])
        traceback = event.pop("exception", "")
        left_out = self._bounds.left_out(kind, bool(traceback))
        if left_out is None:
            raise structlog.DropEvent
        bounded = {name: shortened(value) for name, value in event.items()}
        if left_out:
            bounded[LEFT_OUT] = left_out
        if traceback:
            bounded["exception"] = shortened_traceback(traceback)
        return bounded


def set_up() -> None:
    """Configure structlog, and send the standard library's warnings through it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            Bounding(LogBounds()),
            *_rendering(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_logger_factory(),
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _rendering() -> list[Any]:
    if journal.is_stderr():  # which adds its own time to each line
        return [hide_codes, journal.render]
    in_terminal = sys.stderr.isatty()
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if in_terminal else structlog.processors.JSONRenderer()
    )
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=not in_terminal)
    return [stamp, hide_codes, renderer]


def _logger_factory() -> Any:
    if journal.is_stderr():
        to_journal = journal.JournalLogger()
        return lambda *_: to_journal
    return structlog.PrintLoggerFactory(sys.stderr)


class _Handler(logging.Handler):
    """Passes the standard library's records to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        log.log(
            record.levelno,
            record.getMessage(),
            logger=record.name,
            exc_info=record.exc_info or None,
        )
