"""HTTP over the daemon's Unix socket; the socket file's permissions say who may command the box."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from pathlib import Path

from boxd.errors import BoxdError

# An override waits for a latch and a door, an answer for a workflow: seconds, on a slow Pi.
ANSWER_WITHIN_S = 30.0


class SocketConnection(HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, file: Path, within_s: float | None = None) -> None:
        super().__init__("localhost", timeout=within_s or ANSWER_WITHIN_S)
        self._file = file

    def connect(self) -> None:
        """Connect to the socket. Raises BoxdError, with the remedy, if that fails."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self._file))
        except PermissionError as error:
            raise BoxdError(
                f"you may not use {self._file}: its permissions say who may command this box. "
                "Run the command with sudo, or join the socket's group "
                "(`sudo usermod -aG boxd $USER`, then log in again)"
            ) from error
        except OSError as error:
            raise BoxdError(
                f"boxd does not answer on {self._file}: is it running? "
                "See `systemctl status boxd`, or start it with `make run`"
            ) from error
