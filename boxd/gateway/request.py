"""One whole request of a client: read within deadlines and limits, and judged.

What is handed on is written anew from what was understood here, so nothing that two programs could
understand in two ways reaches the daemon.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import h11

from boxd.gateway.client_socket import ClientSocket
from boxd.gateway.settings import Deadlines

LONGEST_HEAD = 16 * 1024
LONGEST_BODY = 8 * 1024 * 1024  # as the largest import of the API
_LEAST_BYTES_A_S = 32 * 1024

# About one connection (RFC 9110, 7.6.1), and what only a proxy or the gateway may say.
_NOT_PASSED_ON = frozenset(
    {
        b"connection",
        b"content-length",
        b"expect",
        b"forwarded",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_NOT_BELIEVED = (b"boxd-", b"x-forwarded-")

Headers = list[tuple[bytes, bytes]]


class BadRequest(Exception):
    """The request can't be answered; the connection ends after the reason.

    `asked` is the request without its body, where at least its head was understood.
    """

    def __init__(
        self, status: int, kind: str, detail: str, asked: ClientRequest | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.asked = status, kind, asked


@dataclass(frozen=True)
class ClientRequest:
    """A request as it was understood. Names of headers are in lower case."""

    method: bytes
    target: bytes
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition(b"?")[0].decode("ascii")

    @property
    def only_reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method in {b"GET", b"HEAD", b"OPTIONS"}

    def header(self, name: bytes) -> str:
        """The value of a header; of several the last one; empty without it."""
        return next((v.decode("latin-1") for n, v in reversed(self.headers) if n == name), "")

    def passed_on(self) -> Headers:
        """The headers for the daemon."""
        return [
            (name, value)
            for name, value in self.headers
            if name not in _NOT_PASSED_ON and not name.startswith(_NOT_BELIEVED)
        ]


async def read_request(
    connection: h11.Connection,
    client: ClientSocket,
    deadlines: Deadlines,
    hold: Callable[[int], None],
) -> ClientRequest | None:
    """The next request; None if the client has ended, or says nothing in time.

    `hold` is called for each piece of the body that is kept. Raises BadRequest, OSError.
    """
    if not connection.trailing_data[0]:
        try:
            async with asyncio.timeout(deadlines.first_byte_s):
                first = await client.receive()
        except TimeoutError:
            return None
        if not first:
            return None
        connection.receive_data(first)
    head = await _read_head(connection, client, deadlines.head_s)
    body = await _read_body(connection, client, head, deadlines.body_s, hold)
    return _request(head, body)


async def _read_head(
    connection: h11.Connection, client: ClientSocket, within_s: float
) -> h11.Request:
    try:
        async with asyncio.timeout(within_s):
            head = await _next(connection, client)
    except TimeoutError:
        raise BadRequest(408, "too-slow", "the head of the request did not come in time") from None
    if not isinstance(head, h11.Request):
        raise ConnectionError("the client ended in the middle of a head")
    _judge(head)
    return head


def _judge(head: h11.Request) -> None:
    names = {name for name, _ in head.headers}
    if b"content-length" in names and b"transfer-encoding" in names:
        why = "Content-Length and Transfer-Encoding are both there; send one of them"
        raise BadRequest(400, "two-lengths", why)
    if b"host" not in names:  # HTTP/1.0 may leave it out, and the daemon speaks 1.1
        raise BadRequest(400, "no-host", "the request names no host; send a Host header")
    if not head.target.startswith(b"/"):
        raise BadRequest(400, "bad-target", "what is asked for has to begin with '/'")
    if b"upgrade" in names or head.method == b"CONNECT":
        raise BadRequest(400, "no-upgrade", "this listener speaks HTTP/1.1 only")


async def _read_body(
    connection: h11.Connection,
    client: ClientSocket,
    head: h11.Request,
    within_s: float,
    hold: Callable[[int], None],
) -> bytes:
    announced = next((int(v) for n, v in head.headers if n == b"content-length"), 0)
    if announced > LONGEST_BODY:
        raise _too_long(head)
    kept: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(within_s + announced / _LEAST_BYTES_A_S):
            async for piece in _pieces(connection, client):
                size += len(piece)
                if size > LONGEST_BODY:
                    raise _too_long(head)
                kept.append(piece)
                hold(len(piece))
    except TimeoutError:
        raise BadRequest(408, "too-slow", "the body did not arrive in time; send again") from None
    return b"".join(kept)


async def _pieces(connection: h11.Connection, client: ClientSocket) -> AsyncIterator[bytes]:
    if connection.they_are_waiting_for_100_continue:
        go_on = h11.InformationalResponse(status_code=100, headers=[])
        await client.send(connection.send(go_on) or b"")
    while True:
        event = await _next(connection, client)
        if isinstance(event, h11.EndOfMessage):
            return
        if not isinstance(event, h11.Data):
            raise ConnectionError("the client ended in the middle of a body")
        yield bytes(event.data)


async def _next(
    connection: h11.Connection, client: ClientSocket
) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
    try:
        while (event := connection.next_event()) is h11.NEED_DATA:
            connection.receive_data(await client.receive())
    except h11.RemoteProtocolError as error:
        status = error.error_status_hint
        raise BadRequest(status, "bad-request", f"this is no HTTP/1.1: {error}") from None
    return event


def _request(head: h11.Request, body: bytes) -> ClientRequest:
    return ClientRequest(bytes(head.method), bytes(head.target), list(head.headers), body)


def _too_long(head: h11.Request) -> BadRequest:
    why = f"a body has {LONGEST_BODY} bytes at most; send less"
    return BadRequest(413, "too-long", why, _request(head, b""))
