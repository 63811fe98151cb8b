"""A client's connection without a transport: asyncio's own keeps 256 KiB for each one with TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

T = TypeVar("T")

_LINGER_S = 5.0
_PIECE = 16 * 1024  # a TLS record
# A phone that has left the booth is noticed after a minute, and not after hours.
_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)


class ClientSocket:
    """One accepted connection, plain or with TLS."""

    def __init__(self, accepted: socket.socket, context: ssl.SSLContext | None) -> None:
        """Raises OSError if the other side has gone already."""
        accepted.setblocking(False)
        for level, option, value in _OPTIONS:
            accepted.setsockopt(level, option, value)
        self._socket: socket.socket | ssl.SSLSocket = accepted
        if context is not None:
            self._socket = context.wrap_socket(
                accepted, server_side=True, do_handshake_on_connect=False
            )

    async def shake_hands(self) -> None:
        """The TLS handshake, if there is one. Raises OSError."""
        if isinstance(self._socket, ssl.SSLSocket):
            await self._done(self._socket.do_handshake, writes=False)

    async def receive(self) -> bytes:
        """Some bytes; none at the end. Raises OSError."""
        return await self._done(lambda: self._socket.recv(_PIECE), writes=False)

    async def send(self, data: bytes) -> None:
        """All of the bytes. Raises OSError."""
        rest = memoryview(data)
        while rest:
            rest = rest[await self._done(partial(self._socket.send, rest[:_PIECE]), writes=True) :]

    async def has_gone(self) -> None:
        """Return when the other side has ended, or sends what nobody asked for."""
        with suppress(OSError):
            await self.receive()

    async def linger(self, most: int) -> None:
        """Let the other side read the last answer, though it may still send `most` bytes."""
        with suppress(OSError, TimeoutError):
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
            async with asyncio.timeout(_LINGER_S):
                while most > 0 and (piece := await self.receive()):
                    most -= len(piece)

    def shut(self) -> None:
        """Let whoever waits for this connection find it ended."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, without a farewell: TLS's own would wait for the other side."""
        self._socket.close()

    async def _done(self, attempt: Callable[[], T], writes: bool) -> T:
        """Try until it does not have to wait any more."""
        while True:
            try:
                return attempt()
            except ssl.SSLWantReadError:
                await self._ready(is_for_writing=False)
            except ssl.SSLWantWriteError:
                await self._ready(is_for_writing=True)
            except (BlockingIOError, InterruptedError):
                await self._ready(is_for_writing=writes)

    async def _ready(self, is_for_writing: bool) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        number = self._socket.fileno()
        add, remove = (
            (loop.add_writer, loop.remove_writer)
            if is_for_writing
            else (loop.add_reader, loop.remove_reader)
        )
        add(number, _settle, ready)
        try:
            await ready
        finally:
            remove(number)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
