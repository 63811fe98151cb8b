"""Keeps the Temporal server's status until the box is ready to listen."""

from __future__ import annotations

from typing import Protocol

from boxd.temporal.server import ServerStatus


class ServerStatusListener(Protocol):
    """Receives the server's status."""

    def server_changed(self, status: ServerStatus) -> None:
        """The server has started, serves, or has died."""


class LatestServerStatus:
    """Keeps the latest status of the server, which starts before the rest of the box."""

    def __init__(self) -> None:
        self._listener: ServerStatusListener | None = None
        self._status: ServerStatus | None = None

    def server_changed(self, status: ServerStatus) -> None:
        """Pass the status on, or keep the latest."""
        self._status = status
        if self._listener is not None:
            self._listener.server_changed(status)

    def send_to(self, listener: ServerStatusListener) -> None:
        """Send `listener` every status from now on, and first the one that it missed."""
        self._listener = listener
        if self._status is not None:
            listener.server_changed(self._status)
