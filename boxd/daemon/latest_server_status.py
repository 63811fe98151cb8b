"""What the Temporal server tells before anybody is there to listen."""

from __future__ import annotations

from typing import Protocol

from boxd.temporal.server import ServerStatus


class ServerStatusListener(Protocol):
    """Who wants to hear of the server."""

    def server_changed(self, status: ServerStatus) -> None:
        """The server started, serves, or died."""


class LatestServerStatus:
    """Keeps the news of the server, which comes to life before the rest of the box."""

    def __init__(self) -> None:
        self._listener: ServerStatusListener | None = None
        self._status: ServerStatus | None = None

    def server_changed(self, status: ServerStatus) -> None:
        """Pass the news on, or keep the newest."""
        self._status = status
        if self._listener is not None:
            self._listener.server_changed(status)

    def tell(self, listener: ServerStatusListener) -> None:
        """From now on `listener` hears all news, and first what it missed."""
        self._listener = listener
        if self._status is not None:
            listener.server_changed(self._status)
