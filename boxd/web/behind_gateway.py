"""Requests from the gateway: whom they come from stands in two headers that it alone can send."""

from __future__ import annotations

import os
import socket
import struct

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.gateway.origin import CLIENT_HEADER, SCHEME_HEADER

_PEER = struct.Struct("3i")  # pid, uid, gid: unix(7)


class OwnUserOnly(socket.socket):
    """A listening Unix socket for processes of this user, and root's."""

    @classmethod
    def of(cls, bound: socket.socket) -> OwnUserOnly:
        """The same socket, guarded."""
        return cls(bound.family, bound.type, bound.proto, fileno=bound.detach())

    def accept(self) -> tuple[socket.socket, object]:
        """See base class. Raises ConnectionAbortedError for somebody else's process."""
        accepted, address = super().accept()
        if not is_own_process(accepted):
            accepted.close()
            raise ConnectionAbortedError
        return accepted, address


def is_own_process(connection: socket.socket) -> bool:
    """Whether the other end of a Unix socket is a process of this user, or of root."""
    given = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, user, _ = _PEER.unpack(given)
    return user in {0, os.geteuid()}


class BehindGateway:
    """Puts the client and the scheme in their place in the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as if its client had asked here."""
        headers = Headers(scope=scope)
        if (address := headers.get(CLIENT_HEADER.decode())) is not None:
            scope["client"] = (address, 0)
            scope["scheme"] = headers.get(SCHEME_HEADER.decode(), "http")
        await self._app(scope, receive, send)
