"""One HTTP exchange over TCP or TLS, bounded in time and size; nothing is followed or kept.

h11 reads and writes the protocol (uvicorn uses it, so it is in memory already); sockets are
asyncio's. There are no redirects, cookies, proxies or kept connections: see docs/adr/0040.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import h11

from boxd.errors import BoxdError
from boxd.upstream.content_coding import Unpackable, unpacked

MOST_ANSWER_BYTES = 1024 * 1024
_CHUNK = 16 * 1024


class Unreachable(BoxdError):
    """No complete response came; the message says why. The request may still have arrived."""


class Untrusted(Unreachable):
    """The peer can't prove to be upstream; a person has to look."""


@dataclass(frozen=True)
class Peer:
    """Where requests go, and how long one may take, in seconds."""

    url: str
    connect_timeout_s: float
    timeout_s: float
    ca_file: Path | None = None


@dataclass(frozen=True)
class Request:
    """A request. `query` is appended to the peer's path; it begins with `?`, or is empty."""

    method: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: str = ""


@dataclass(frozen=True)
class HttpAnswer:
    """A complete response; the headers' names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


def path_of(url: str) -> str:
    """The request target for this address."""
    return urlsplit(url).path or "/"


async def exchange(peer: Peer, request: Request) -> HttpAnswer:
    """Send the request and read the complete response. Raises Unreachable."""
    try:
        async with asyncio.timeout(peer.timeout_s), _connected(peer) as (reader, writer):
            return await _converse(peer, request, reader, writer)
    except TimeoutError:
        raise Unreachable(f"no whole answer within {peer.timeout_s:g} s") from None
    except ssl.SSLCertVerificationError as error:
        said = error.verify_message or error.reason
        raise Untrusted(
            f"its certificate is not to be trusted ({said}): somebody else answers (a login page"
            " of the network?), the clock is wrong, or [upstream] ca_file is"
        ) from error
    except h11.RemoteProtocolError as error:
        raise Unreachable(f"its answer is no HTTP, or broke off ({error})") from error
    except OSError as error:
        raise Unreachable(str(error.strerror or error) or type(error).__name__) from error
    except UnicodeError as error:
        raise Untrusted(f"the host in [upstream] url can't be ({error}); mend it") from error


@asynccontextmanager
async def _connected(
    peer: Peer,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(peer.url)
    is_tls = parts.scheme == "https"
    context = await asyncio.to_thread(_tls, peer.ca_file) if is_tls else None
    port = parts.port or (443 if is_tls else 80)
    opening = asyncio.open_connection(parts.hostname, port, ssl=context, limit=_CHUNK)
    try:
        reader, writer = await asyncio.wait_for(opening, peer.connect_timeout_s)
    except TimeoutError:
        raise Unreachable(f"no connection within {peer.connect_timeout_s:g} s") from None
    try:
        yield reader, writer
    finally:
        # A polite close would wait for a peer that may be gone.
        writer.transport.abort()


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """The trusted authorities; a renewed file counts at once."""
    try:
        return _context(ca_file, ca_file.stat().st_mtime_ns if ca_file else 0)
    except OSError as error:
        raise Untrusted(f"[upstream] ca_file {ca_file} can't be used ({error}); mend it") from error


@lru_cache(maxsize=1)
def _context(ca_file: Path | None, _written_at: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


async def _converse(
    peer: Peer, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> HttpAnswer:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_CHUNK)
    head = h11.Request(
        method=request.method,
        target=path_of(peer.url) + request.query,
        headers=[
            ("host", urlsplit(peer.url).netloc),
            ("connection", "close"),
            ("accept-encoding", "identity"),
            *request.headers.items(),
            ("content-length", str(len(request.body))),
        ],
    )
    for event in (head, h11.Data(request.body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await _drain(writer)
    return await _answer(connection, reader)


async def _drain(writer: asyncio.StreamWriter) -> None:
    """A peer that answers before it has read everything may hang up on the rest."""
    try:
        await writer.drain()
    except ConnectionError:
        return


async def _answer(connection: h11.Connection, reader: asyncio.StreamReader) -> HttpAnswer:
    head: h11.Response | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MOST_ANSWER_BYTES:
                raise Unreachable(f"its answer is longer than {MOST_ANSWER_BYTES} bytes")
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _plain(head, bytes(body))


def _plain(head: h11.Response, body: bytes) -> HttpAnswer:
    packed = {name.decode(): value.decode("latin-1") for name, value in head.headers}
    try:
        headers, plain = unpacked(packed, body, MOST_ANSWER_BYTES)
    except Unpackable as error:
        raise Unreachable(str(error)) from error
    return HttpAnswer(head.status_code, headers, plain)
