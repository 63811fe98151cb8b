"""The gate before Temporal's pages: it passes only requests to this machine by its own name.

The pages answer to any Host, so a web page whose name is made to resolve to this machine (DNS
rebinding) would count as theirs. They listen at another address of loopback, and the gate at the
known one. One request per connection: bytes after it are never taken as another request.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from boxd.temporal.command import LOOPBACK
from boxd.unix_sockets import in_few_bytes

PAGES_SOCKET = "pages.sock"
_LONGEST_HEAD = 64 * 1024
_HEAD_WITHIN_S = 10
_SOCKET_MODE = 0o660  # whoever is in the box's group may use the commands, and see these pages
_HOST = re.compile(rb"^host:[ \t]*(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?[ \t]*$", re.I)
_REFUSAL = (
    b"HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"These pages are asked for as localhost or 127.0.0.1 only.\n"
)


def hidden_address() -> str:
    """A loopback address that nobody can guess; the only one, if there is just one."""
    if sys.platform != "linux":
        return LOOPBACK
    return ".".join(("127", *(str(1 + secrets.randbelow(254)) for _ in range(3))))


class PagesGate:
    """Listens on loopback and passes requests on to the pages at `address`."""

    def __init__(self, address: str, port: int, socket: Path) -> None:
        self._address = address
        self._port = port
        self._socket = socket
        self._servers: list[asyncio.Server] = []
        self._passing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Accept connections on the same port of 127.0.0.1, and on the socket. Raises OSError.

        The socket is for maintainers, who come by ssh as themselves: its mode says who may.
        """
        self._servers.append(
            await asyncio.start_server(self._accept, LOOPBACK, self._port, limit=_LONGEST_HEAD)
        )
        with in_few_bytes(self._socket) as name:
            self._servers.append(
                await asyncio.start_unix_server(self._accept, name, limit=_LONGEST_HEAD)
            )
        self._socket.chmod(_SOCKET_MODE)

    def close(self) -> None:
        """Accept no more connections, and end those that are there."""
        for server in self._servers:
            server.close()
        with suppress(OSError):  # something else may be in its place
            self._socket.unlink()
        for passing in self._passing:
            passing.cancel()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing = asyncio.create_task(self._pass_on(reader, writer))
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_HEAD_WITHIN_S):
                head = await reader.readuntil(b"\r\n\r\n")
            if (passed := head_to_pass(head)) is None:
                writer.write(_REFUSAL)
                await writer.drain()
            else:
                await self._exchange(passed, reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    async def _exchange(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answers, asks = await asyncio.open_connection(self._address, self._port)
        asks.write(head)
        body = asyncio.create_task(_pipe(reader, asks))
        try:
            await _pipe(answers, writer)
        finally:
            body.cancel()
            asks.close()


def head_to_pass(head: bytes) -> bytes | None:
    """The head for the pages; None for one that names another host, or none, or two."""
    first, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    hosts = [field for field in fields if field.lower().startswith(b"host:")]
    if len(hosts) != 1 or not _HOST.match(hosts[0]):
        return None
    kept = [field for field in fields if not field.lower().startswith(b"connection:")]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(64 * 1024):
            writer.write(chunk)
            await writer.drain()
