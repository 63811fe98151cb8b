"""The journal's native protocol: log lines with fields, for `journalctl REDEMPTION=...`.

One datagram per line, as systemd's "Native Journal Protocol" defines; the codec knows no socket.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

SOCKET = "/run/systemd/journal/socket"
LOST = "log_lines.lost"

# Syslog's levels, by structlog's names.
PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
# What people search for. Each field costs an object and an index in the journal, so the other
# values of a line are only in its message.
FIELDS = frozenset({"redemption", "bay", "locker", "device", "actor", "task", "issue", "schedule"})
_LONGEST_VALUE = 32 * 1024  # bytes; a datagram holds about 200 KiB, a traceback has 10
_IN_FRONT = frozenset({"event", "level", "timestamp", "exception"})


def is_stderr(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process's standard error goes to the journal."""
    device, _, inode = environment.get("JOURNAL_STREAM", "").partition(":")
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(status.st_dev), str(status.st_ino))


def encode(fields: Mapping[str, str]) -> bytes:
    """The datagram of one line: NAME=value; a value of several lines comes with its length."""
    parts = []
    for name, text in fields.items():
        value = text.encode(errors="replace")[:_LONGEST_VALUE]
        if b"\n" in value:
            parts.append(name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n")
        else:
            parts.append(name.encode() + b"=" + value + b"\n")
    return b"".join(parts)


def fields_of(event: Mapping[str, Any]) -> dict[str, str]:
    """A log event's fields: the message for people, and the fields they search for."""
    told = {name: value for name, value in event.items() if value not in (None, "")}
    values = [f"{name}={value}" for name, value in told.items() if name not in _IN_FRONT]
    message = " ".join([str(event.get("event", "")), *values])
    if "exception" in told:
        message += f"\n{told['exception']}"
    return {
        "MESSAGE": message,
        "PRIORITY": str(PRIORITIES.get(str(event.get("level")), PRIORITIES["info"])),
        "SYSLOG_IDENTIFIER": "boxd",
        **{name.upper(): str(value) for name, value in told.items() if name in FIELDS},
    }


def render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> bytes:
    """Structlog's last step: turn the event into a datagram."""
    return encode(fields_of(event))


class JournalLogger:
    """Sends what `render` made, and never waits: a journal with a slow disk must not delay a lamp.

    Lost lines are counted, and the count is logged with the next line. Without a journal the lines
    go to standard error.
    """

    def __init__(self, address: str = SOCKET) -> None:
        self._address = address
        self.lost = 0

    def msg(self, datagram: bytes) -> None:
        """Send one line."""
        try:
            if self.lost:
                self._send(
                    encode(fields_of({"event": LOST, "lines": self.lost, "level": "warning"}))
                )
                self.lost = 0
            self._send(datagram)
        except BlockingIOError:
            self.lost += 1
        except OSError:
            with contextlib.suppress(OSError):
                sys.stderr.write(datagram.decode(errors="replace"))

    debug = info = warning = warn = error = exception = critical = fatal = log = msg

    def _send(self, datagram: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sending:
            sending.sendto(datagram, self._address)
