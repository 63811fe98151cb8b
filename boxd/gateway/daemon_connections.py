"""The few connections to the daemon on which requests are handed over and answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import h11

from boxd.gateway.request import ClientRequest, Headers
from boxd.unix_sockets import in_few_bytes

_PIECE = 64 * 1024
_MOST_KEPT = 16
# The daemon ends its side after 75 s.
_KEPT_S = 60.0
# What waits for a commit waits fifteen seconds (boxd/fates.py), what waits for a schedule longer.
_REPLY_WITHIN_S = 120.0


class DaemonAway(Exception):
    """The daemon was not reached: nothing of the request came to it."""


class NoReply(Exception):
    """The daemon has the request, and ended before its reply: what became of it is not known."""


class DaemonConnection:
    """One connection; a request and its reply at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.CLIENT)
        self.free_since = time.monotonic()

    @property
    def is_usable(self) -> bool:
        """Whether another request can go over it."""
        is_fresh = time.monotonic() - self.free_since < _KEPT_S
        return is_fresh and not self._reader.at_eof() and not self._writer.is_closing()

    async def ask(self, request: ClientRequest, client: Headers) -> h11.Response:
        """Send the request, with what the daemon is told of the client; returns the reply's head.

        Raises NoReply.
        """
        length = [(b"content-length", str(len(request.body)).encode())]
        has_body = bool(request.body) or not request.only_reads
        headers = [*request.passed_on(), *client, *(length if has_body else [])]
        head = h11.Request(method=request.method, target=request.target, headers=headers)
        sent = [self._http.send(head)]
        if request.body:
            sent.append(self._http.send(h11.Data(data=request.body)))
        sent.append(self._http.send(h11.EndOfMessage()))
        try:
            async with asyncio.timeout(_REPLY_WITHIN_S):
                self._writer.write(b"".join(each for each in sent if each))
                await self._writer.drain()
                return await self._head()
        except (OSError, h11.ProtocolError) as error:
            raise NoReply from error

    async def chunks(self) -> AsyncIterator[bytes]:
        """The reply's body as it comes. Raises NoReply if it ends before its end."""
        try:
            while isinstance(event := await self._next(), h11.Data):
                yield bytes(event.data)
        except (OSError, h11.ProtocolError) as error:
            raise NoReply from error

    def finish(self) -> bool:
        """Make it ready for the next request; false if it has to be closed."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self.free_since = time.monotonic()
            return True
        return False

    def close(self) -> None:
        """Close it; the daemon notices if it is at work."""
        self._writer.close()

    async def _head(self) -> h11.Response:
        while isinstance(event := await self._next(), h11.InformationalResponse):
            pass
        if not isinstance(event, h11.Response):
            raise ConnectionError("the daemon ended before it replied")
        return event

    async def _next(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_PIECE))
        return event  # type: ignore[return-value] # NEED_DATA is another type's only value


class DaemonConnections:
    """Connections to the daemon's socket, kept while they are of use."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._free: list[DaemonConnection] = []

    async def take(self) -> DaemonConnection:
        """A connection for one request. Raises DaemonAway."""
        while self._free:
            connection = self._free.pop()
            if connection.is_usable:
                return connection
            connection.close()
        try:
            with in_few_bytes(self._socket) as name:
                return DaemonConnection(*await asyncio.open_unix_connection(name))
        except OSError as error:
            raise DaemonAway from error

    def give_back(self, connection: DaemonConnection) -> None:
        """Keep it for the next request, or close it."""
        if len(self._free) < _MOST_KEPT and connection.finish():
            self._free.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close those that nobody uses: the daemon has gone, or this process ends."""
        for connection in self._free:
            connection.close()
        self._free.clear()
