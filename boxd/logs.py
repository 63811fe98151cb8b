"""Logs: fields for the journal, text for a terminal, else JSON lines; never a code in clear."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from boxd.service import journal

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


def set_up() -> None:
    """Configure structlog, and send the standard library's warnings through it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
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
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)
