"""From a whole request to its reply: what the gateway knows, what the box says."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from boxd.gateway.answers import Answer, Answers, not_modified
from boxd.gateway.daemon_connections import (
    DaemonAway,
    DaemonConnection,
    DaemonConnections,
    NoReply,
)
from boxd.gateway.known import Known, Mark
from boxd.gateway.origin import Origin, origin_of
from boxd.gateway.request import ClientRequest, Headers
from boxd.gateway.settings import GatewaySettings
from boxd.gateway.turns import NoTurn, TooManyOfOne, Turns

MOST_STREAMS = 64
MOST_STREAMS_OF_ONE = 16
_WHOLE = 256 * 1024  # a longer reply is passed on piece by piece, without a turn
_STREAM = b"text/event-stream"
_HEALTH = "/healthz"


@dataclass
class DaemonReply:
    """The daemon's reply. `rest` goes on after `body` where it is not whole."""

    status: int
    headers: Headers
    body: bytes = b""
    is_whole: bool = True
    _rest: AsyncIterator[bytes] | None = field(default=None, repr=False)
    _on_close: Callable[[], None] = field(default=lambda: None, repr=False)

    async def rest(self) -> AsyncIterator[bytes]:
        """What was read of the body, and what comes."""
        if self.body:
            yield self.body
        if self._rest is not None:
            async for chunk in self._rest:
                yield chunk

    def close(self) -> None:
        """Nobody reads it any more."""
        self._on_close()

    def header(self, name: bytes) -> str:
        """The value of a header; empty without it."""
        return next((v.decode("latin-1") for n, v in self.headers if n == name), "")


class HandingOver:
    """Finds the reply to each request."""

    def __init__(
        self,
        settings: GatewaySettings,
        known: Known,
        daemon: DaemonConnections,
        is_up: Callable[[], bool],
    ) -> None:
        """`is_up` says whether the daemon is there, and `known` up to date."""
        self.answers = Answers(settings)
        self.deadlines = settings.deadlines
        self._trusted = frozenset(settings.trusted_proxies)
        self._has_tls = settings.cert_file is not None
        self._turns = Turns()
        self._known = known
        self._daemon = daemon
        self._is_up = is_up
        self._streams: Counter[str] = Counter()

    def use_words(self, settings: GatewaySettings) -> None:
        """Give the gateway's own answers in these words from now on."""
        self.answers = Answers(settings)

    async def reply(self, request: ClientRequest, peer: str) -> DaemonReply | Answer:
        """The reply, of the daemon or of the gateway. Raises TooManyOfOne."""
        etag = request.header(b"if-none-match")
        if etag and request.method == b"GET" and self._known.is_true(request.path, etag):
            return not_modified(etag)
        if request.path == _HEALTH:
            return self.answers.health(self._is_up())
        origin = origin_of(request, peer, self._has_tls, self._trusted)
        try:
            async with self._turns.turn(origin.address):
                return await self._ask(request, origin)
        except TooManyOfOne:
            raise
        except (NoTurn, DaemonAway):
            return self.answers.away(request)
        except NoReply:
            return self.answers.unanswered(request)

    async def _ask(self, request: ClientRequest, origin: Origin) -> DaemonReply | Answer:
        connection = await self._daemon.take()
        try:
            try:
                head = await connection.ask(request, origin.headers())
            except NoReply:
                if not request.only_reads:
                    raise
                # It was kept from before, and the daemon had just ended it.
                connection.close()
                connection = await self._daemon.take()
                head = await connection.ask(request, origin.headers())
            reply = DaemonReply(head.status_code, list(head.headers))
            chunks = connection.chunks()
            if reply.header(b"content-type").startswith(_STREAM.decode()):
                return self._stream(request, origin, reply, connection, chunks)
            await _read_on(reply, chunks)
        except BaseException:
            connection.close()
            raise
        if not reply.is_whole:
            reply._rest, reply._on_close = chunks, connection.close
            return reply
        self._daemon.give_back(connection)
        self._remember(request, reply)
        return reply

    def _stream(
        self,
        request: ClientRequest,
        origin: Origin,
        reply: DaemonReply,
        connection: DaemonConnection,
        chunks: AsyncIterator[bytes],
    ) -> DaemonReply | Answer:
        address = origin.address
        is_full = self._streams.total() >= MOST_STREAMS
        if is_full or self._streams[address] >= MOST_STREAMS_OF_ONE:
            connection.close()
            return self.answers.away(request)
        self._streams[address] += 1

        def end() -> None:
            connection.close()
            self._streams[address] -= 1
            if not self._streams[address]:
                del self._streams[address]

        reply.is_whole, reply._rest, reply._on_close = False, chunks, end
        return reply

    def _remember(self, request: ClientRequest, reply: DaemonReply) -> None:
        card, epoch, true_s = (
            reply.header(name) for name in (b"boxd-card", b"boxd-epoch", b"boxd-true")
        )
        etag = reply.header(b"etag")
        if card and etag and reply.status in {200, 304} and self._is_up():
            self._known.note(request.path, Mark(etag, int(card), int(epoch), float(true_s)))


async def _read_on(reply: DaemonReply, chunks: AsyncIterator[bytes]) -> None:
    """Read the body, as far as it is kept whole. Raises NoReply."""
    kept: list[bytes] = []
    size = 0
    async for chunk in chunks:
        kept.append(chunk)
        size += len(chunk)
        if size > _WHOLE:
            reply.is_whole = False
            break
    reply.body = b"".join(kept)
