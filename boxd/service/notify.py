"""Messages to systemd: ready, stopping, a status line, and the watchdog's heartbeat.

The protocol is sd_notify(3): one datagram of lines to the socket in $NOTIFY_SOCKET.
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
    """The assignment that shows `text` in `systemctl status`: one line, shortened if too long."""
    line = " ".join(text.split())
    if len(line) > _LONGEST_STATUS:
        line = line[: _LONGEST_STATUS - 1] + "…"
    return f"STATUS={line}"


def more_time(seconds: float) -> str:
    """The assignment that requests that many more seconds, from now, to start or to stop."""
    return f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}"


class Notifier:
    """Sends messages to the service manager; without one it does nothing."""

    def __init__(self, address: str) -> None:
        """`address` is the value of $NOTIFY_SOCKET; empty without a service manager."""
        self._address = "\0" + address[1:] if address.startswith("@") else address

    @classmethod
    def of_this_process(cls, environment: MutableMapping[str, str] = os.environ) -> Notifier:
        """The notifier of this process; its child processes inherit none."""
        return cls(environment.pop("NOTIFY_SOCKET", ""))

    @property
    def is_heard(self) -> bool:
        """Whether there is a service manager."""
        return bool(self._address)

    def environment(self) -> dict[str, str]:
        """What a program that this process becomes needs in order to go on telling."""
        address = self._address.replace("\0", "@", 1)
        return {"NOTIFY_SOCKET": address} if address else {}

    def tell(self, *assignments: str) -> None:
        """Send the assignments together. A manager that is gone or busy does not stop the box."""
        if self._address:
            with (
                contextlib.suppress(OSError),
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sending,
            ):
                sending.sendto("\n".join(assignments).encode(), self._address)


def watchdog_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """The manager ends this process after so many seconds of silence; None if it never does."""
    pid = environment.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return None
    try:
        return int(environment.get("WATCHDOG_USEC", "")) / 1_000_000 or None
    except ValueError:
        return None
