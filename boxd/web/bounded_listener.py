"""A listening socket that gives each address its share: whoever holds most gives way.

Counted from the moment they are accepted, connections can't be more than the daemon has descriptors
for; when they are many, the oldest one of the address that holds most is ended, and somebody who
comes anew is let in.
"""

from __future__ import annotations

import socket
import time
from collections import OrderedDict
from collections.abc import Callable

import structlog

log = structlog.get_logger("boxd.web")

# A phone has one or two; a crowd behind one address loses its idle ones first.
_FEW = 2
_LOG_EVERY_S = 60.0
# A phone that has left the booth is noticed after a minute, and not after hours.
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)


class _CountedSocket(socket.socket):
    """One accepted connection, which tells when it is closed."""

    on_close: Callable[[], None] | None = None

    def close(self) -> None:
        """See base class."""
        super().close()
        if (told := self.on_close) is not None:
            self.on_close = None
            told()


class BoundedListener(socket.socket):
    """Accepts up to about `most` connections; twice as many where each address has few."""

    most = 0
    _held: dict[str, OrderedDict[int, _CountedSocket]]
    _ended = 0
    _told_at = float("-inf")

    @classmethod
    def of(cls, bound: socket.socket, most: int) -> BoundedListener:
        """The same socket, bounded."""
        made = cls(bound.family, bound.type, bound.proto, fileno=bound.detach())
        made.most = most
        made._held = {}
        return made

    def accept(self) -> tuple[socket.socket, object]:
        """See base class; ends another connection where there are many."""
        accepted, address = super().accept()
        connection = _CountedSocket(
            accepted.family, accepted.type, accepted.proto, fileno=accepted.detach()
        )
        for level, option, value in _KEEPALIVE:
            connection.setsockopt(level, option, value)
        self._make_room()
        self._hold(str(address[0]), connection)
        return connection, address

    @property
    def held(self) -> int:
        """How many connections there are."""
        return sum(map(len, self._held.values()))

    def _hold(self, address: str, connection: _CountedSocket) -> None:
        number = connection.fileno()
        self._held.setdefault(address, OrderedDict())[number] = connection
        connection.on_close = lambda: self._forget(address, number, connection)

    def _make_room(self) -> None:
        held = self.held
        if held < self.most:
            return
        address, connections = max(self._held.items(), key=lambda each: len(each[1]))
        if len(connections) <= _FEW and held < 2 * self.most:
            return
        number, oldest = next(iter(connections.items()))
        self._forget(address, number, oldest)
        oldest.on_close = None
        # The event loop sees the end, and closes it as if the other side had gone.
        _shut(oldest)
        self._tell(address)

    def _forget(self, address: str, number: int, connection: _CountedSocket) -> None:
        connections = self._held.get(address, OrderedDict())
        if connections.get(number) is connection:
            del connections[number]
            if not connections:
                del self._held[address]

    def _tell(self, address: str) -> None:
        """Log it, once a minute: whoever opens a thousand connections must not fill the journal."""
        self._ended += 1
        now = time.monotonic()
        if now - self._told_at >= _LOG_EVERY_S:
            log.warning("web.connections_ended", count=self._ended, address=address)
            self._told_at, self._ended = now, 0


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has gone by itself
        return
