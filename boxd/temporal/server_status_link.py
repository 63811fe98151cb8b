"""The server's status, sent by its process to the daemon: JSON lines on a Unix socket.

A new connection gets the latest line at once. When the connection ends, so has the process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from boxd.temporal.server import ServerState, ServerStatus

# How often to look for the process; a start waits at most this long for it.
LOOK_AGAIN_S = 0.2
NOBODY = (
    "boxd-temporal.service, which runs the Temporal server, does not run;"
    " `systemctl status boxd-temporal` says why"
)


def to_line(status: ServerStatus) -> bytes:
    """The status as one line."""
    fields = {
        "state": status.state.value,
        "since": status.since.isoformat(),
        "why": status.why,
        "restarts": status.restarts,
    }
    return json.dumps(fields).encode() + b"\n"


def from_line(line: bytes) -> ServerStatus:
    """The status in a line. Raises ValueError, KeyError or TypeError if it is none."""
    fields = json.loads(line)
    since = datetime.fromisoformat(fields["since"])
    return ServerStatus(
        ServerState(fields["state"]), since, str(fields["why"]), int(fields["restarts"])
    )


class StatusPublisher:
    """Sends the status to every connected reader."""

    def __init__(self) -> None:
        self._newest = b""
        self._listeners: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, socket: Path) -> None:
        """Accept connections on `socket`. Raises OSError."""
        self._server = await asyncio.start_unix_server(self._welcome, socket)

    def publish(self, status: ServerStatus) -> None:
        """Send the status, and keep it for later connections."""
        self._newest = to_line(status)
        for listener in self._listeners:
            listener.write(self._newest)

    def close(self) -> None:
        """Close every connection."""
        if self._server is not None:
            self._server.close()
        for listener in self._listeners:
            listener.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listeners.add(writer)
        writer.write(self._newest)
        with suppress(OSError):
            await reader.read()  # readers send nothing; this ends when they close
        self._listeners.discard(writer)
        writer.close()


async def follow_status(socket: Path, on_change: Callable[[ServerStatus], None]) -> None:
    """Pass on every status from `socket`, for ever, and also when nobody sends one."""
    state: ServerState | None = None
    while True:
        with suppress(OSError, ValueError, KeyError, TypeError):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                while line := await reader.readline():
                    heard = from_line(line)
                    state = heard.state
                    on_change(heard)
            finally:
                writer.close()
        if state is not ServerState.DOWN:
            state = ServerState.DOWN
            on_change(ServerStatus(state, datetime.now(UTC), NOBODY))
        await asyncio.sleep(LOOK_AGAIN_S)
