"""What the embedded server tells before anybody is there to listen."""

from __future__ import annotations

from typing import Protocol

from boxd.temporal.database import SetAside
from boxd.temporal.server import ServerStatus


class Listener(Protocol):
    """Who wants to hear of the server."""

    def server_changed(self, status: ServerStatus) -> None:
        """The server started, serves, or died."""

    def set_aside(self, kept: SetAside) -> None:
        """The server's database was not fit for use, and was kept under another name."""


class EarlyNews:
    """Keeps the news of the server, whose process is started before the rest of the box."""

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._status: ServerStatus | None = None
        self._kept: list[SetAside] = []

    def server_changed(self, status: ServerStatus) -> None:
        """Pass the news on, or keep the newest."""
        self._status = status
        if self._listener is not None:
            self._listener.server_changed(status)

    def set_aside(self, kept: SetAside) -> None:
        """Pass the news on, or keep it."""
        if self._listener is not None:
            self._listener.set_aside(kept)
        else:
            self._kept.append(kept)

    def tell(self, listener: Listener) -> None:
        """From now on `listener` hears all news, and first what it missed."""
        self._listener = listener
        for kept in self._kept:
            listener.set_aside(kept)
        if self._status is not None:
            listener.server_changed(self._status)
