"""Who asks, and by which scheme: the other end of the connection, or whom a trusted proxy names."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from boxd.gateway.request import ClientRequest, Headers
from boxd.rates import client_of

# The daemon believes them on the gateway's socket alone, and the gateway passes on nobody else's.
CLIENT_HEADER = b"boxd-client"
SCHEME_HEADER = b"boxd-scheme"


@dataclass(frozen=True)
class Origin:
    """A client's address, and whether it speaks TLS as far as the box."""

    address: str
    is_secure: bool

    def headers(self) -> Headers:
        """What the daemon is told."""
        scheme = b"https" if self.is_secure else b"http"
        return [(CLIENT_HEADER, self.address.encode()), (SCHEME_HEADER, scheme)]


def origin_of(request: ClientRequest, peer: str, has_tls: bool, trusted: Set[str]) -> Origin:
    """The origin of a request that came from `peer`. Only a trusted proxy is believed."""
    if peer not in trusted:
        return Origin(peer, has_tls)
    named = [each.strip() for each in request.header(b"x-forwarded-for").split(",") if each.strip()]
    # Each proxy adds whom it saw: the last one that is no proxy of ours is the client.
    clients = [client_of(each) for each in reversed(named)]
    address = next((each for each in clients if each not in trusted), None)
    scheme = request.header(b"x-forwarded-proto").strip().lower()
    return Origin(
        address=_printable(address or (clients[-1] if clients else peer)),
        is_secure=scheme == "https" if scheme else has_tls,
    )


def _printable(address: str) -> str:
    return "".join(each for each in address[:60] if each.isascii() and each.isprintable())
