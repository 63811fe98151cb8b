"""What systemd is told: ready, stopping, a status line, and that the program is well.

The protocol is sd_notify(3)'s: one datagram of lines to the socket that $NOTIFY_SOCKET names.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping, MutableMapping

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"

_LONGEST_STATUS = 400  # characters; a terminal's line or two of `systemctl status`


def status(text: str) -> str:
    """The assignment that shows `text` in `systemctl status`: one line, cut where it is absurd."""
    line = " ".join(text.split())
    if len(line) > _LONGEST_STATUS:
        line = line[: _LONGEST_STATUS - 1] + "…"
    return f"STATUS={line}"


def more_time(seconds: float) -> str:
    """The assignment that asks for so many more seconds, from now, to start or to stop."""
    return f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}"


class Notifier:
    """Tells the service manager; without one it tells nobody, and nothing is missing."""

    def __init__(self, address: str) -> None:
        """`address` is $NOTIFY_SOCKET's value; empty where no service manager listens."""
        self._address = "\0" + address[1:] if address.startswith("@") else address

    @classmethod
    def of_this_process(cls, environment: MutableMapping[str, str] = os.environ) -> Notifier:
        """The notifier that this process was started with; its children inherit none."""
        return cls(environment.pop("NOTIFY_SOCKET", ""))

    @property
    def is_heard(self) -> bool:
        """Whether there is a service manager."""
        return bool(self._address)

    def tell(self, *assignments: str) -> None:
        """Send the assignments together. A manager that is gone or full does not stop the box."""
        if self._address:
            with (
                contextlib.suppress(OSError),
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sending,
            ):
                sending.sendto("\n".join(assignments).encode(), self._address)


def watchdog_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """After how many seconds of silence the manager ends this process; None if it never does."""
    pid = environment.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return None
    try:
        return int(environment.get("WATCHDOG_USEC", "")) / 1_000_000 or None
    except ValueError:
        return None
