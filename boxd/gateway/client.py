"""One client's connection, from the handshake to its end: requests in turn, each answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace

import h11

from boxd.gateway.answers import Answer
from boxd.gateway.client_socket import ClientSocket
from boxd.gateway.crowd import Crowd
from boxd.gateway.handing_over import DaemonReply, HandingOver
from boxd.gateway.request import (
    LONGEST_BODY,
    LONGEST_HEAD,
    BadRequest,
    ClientRequest,
    Headers,
    read_request,
)
from boxd.gateway.turns import TooManyOfOne

MOST_REQUESTS = 500  # on one connection
# An answer costs a quarter of a millisecond, on a Pi one: who floods is answered slowly, and so
# takes nothing from other phones.
SLOW_ANSWER_S = 2.0

_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"server", b"date"})
_BETWEEN_US = (b"boxd-card", b"boxd-epoch", b"boxd-true")


@dataclass(frozen=True)
class Arrival:
    """A connection and where it came from."""

    socket: ClientSocket
    peer: str


class Client:
    """Serves one connection."""

    def __init__(
        self, visit: Arrival, crowd: Crowd, handing_over: HandingOver, more: Headers
    ) -> None:
        """`more` are headers of every answer."""
        self._socket, self._peer = visit.socket, visit.peer
        self._crowd = crowd
        self._handing_over = handing_over
        self._more = more
        self._deadlines = handing_over.deadlines
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)

    async def serve(self) -> None:
        """Answer until either side has enough."""
        self._crowd.enter(self._peer, self._socket)
        try:
            with suppress(OSError, h11.ProtocolError, TimeoutError):  # it went, or was ended
                async with asyncio.timeout(self._deadlines.handshake_s):
                    await self._socket.shake_hands()
                await self._serve()
        finally:
            self._crowd.leave(self._peer, self._socket)
            self._socket.close()

    async def _serve(self) -> None:
        deadlines = self._deadlines
        for number in range(MOST_REQUESTS):
            try:
                request = await read_request(self._http, self._socket, deadlines, self._hold)
            except BadRequest as why:
                await self._refuse(why)
                return
            if request is None:
                return
            self._crowd.begin(self._peer, self._socket)
            await self._answer(request, is_last=number == MOST_REQUESTS - 1)
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()
            self._crowd.wait(self._peer, self._socket)
            deadlines = replace(self._deadlines, first_byte_s=self._crowd.idle_s)

    def _hold(self, count: int) -> None:
        self._crowd.hold(self._peer, self._socket, count)

    async def _refuse(self, why: BadRequest) -> None:
        """Tell why, and end: what would follow can't be understood."""
        answer = self._handing_over.answers.bad(why)
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self._send_whole(answer, is_last=True)
            if why.kind == "too-long":
                await self._socket.linger(LONGEST_BODY)

    async def _answer(self, request: ClientRequest, is_last: bool) -> None:
        try:
            reply = await self._handing_over.reply(request, self._peer)
        except TooManyOfOne:
            self._crowd.pause(self._peer, self._socket)
            await asyncio.sleep(SLOW_ANSWER_S)
            reply = self._handing_over.answers.away(request)
        if isinstance(reply, DaemonReply):
            await self._send_reply(reply, is_last)
        else:
            await self._send_whole(reply, is_last)

    async def _send_whole(self, answer: Answer, is_last: bool) -> None:
        status, headers, body = answer
        length = [] if status == 304 else [(b"content-length", str(len(body)).encode())]
        sent = self._head(status, [*headers, *length], is_last)
        if body and status != 304:
            sent += self._http.send(h11.Data(data=body)) or b""
        await self._send(sent + (self._http.send(h11.EndOfMessage()) or b""))

    async def _send_reply(self, reply: DaemonReply, is_last: bool) -> None:
        headers = [each for each in reply.headers if each[0] not in _BETWEEN_US]
        sent = self._head(reply.status, headers, is_last)
        if reply.is_whole:
            if reply.body:
                sent += self._http.send(h11.Data(data=reply.body)) or b""
            await self._send(sent + (self._http.send(h11.EndOfMessage()) or b""))
            return
        try:
            await self._send(sent)
            await self._until_gone(reply.rest())
        finally:
            reply.close()

    async def _until_gone(self, chunks: AsyncIterator[bytes]) -> None:
        """Send the chunks as they come, until they end or the client does."""
        sending = asyncio.ensure_future(self._send_all(chunks))
        leaving = asyncio.ensure_future(self._socket.has_gone())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            sending.cancel()
            await asyncio.gather(leaving, sending, return_exceptions=True)

    async def _send_all(self, chunks: AsyncIterator[bytes]) -> None:
        async for chunk in chunks:
            await self._send(self._http.send(h11.Data(data=chunk)) or b"")
        await self._send(self._http.send(h11.EndOfMessage()) or b"")

    def _head(self, status: int, headers: Headers, is_last: bool) -> bytes:
        kept = [each for each in headers if each[0].lower() not in _HOP_BY_HOP]
        close = [(b"connection", b"close")] if is_last else []
        head = h11.Response(status_code=status, headers=[*kept, *self._more, *close])
        return self._http.send(head) or b""

    async def _send(self, data: bytes) -> None:
        """Send it to a client that takes it in time. Raises TimeoutError, OSError."""
        for start in range(0, len(data), 16 * 1024):
            async with asyncio.timeout(self._deadlines.read_s):
                await self._socket.send(data[start : start + 16 * 1024])
