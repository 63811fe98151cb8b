"""The client for upstream: a signed POST of events, a signed GET of orders."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from boxd import __version__
from boxd.machine_clock import utc_now
from boxd.upstream.exchange import HttpAnswer, Peer, Request, exchange, path_of
from boxd.upstream.signature import read_secret, signed_headers

_AGENT = f"boxd/{__version__}"


class UpstreamClient:
    """Sends requests to one peer; reads the secret each time, so that a new one counts at once.

    Its methods raise Unreachable, and ConfigError for a secret that can't be used.
    """

    def __init__(self, peer: Peer, secret_file: Path) -> None:
        self._peer = peer
        self._secret_file = secret_file

    async def post(self, message: str, body: bytes) -> HttpAnswer:
        """Send `body`, which is JSON, under the id `message`."""
        headers = {
            **await self._signed(message, body),
            "idempotency-key": message,
            "content-type": "application/json",
        }
        return await exchange(self._peer, Request("POST", headers, body))

    async def get(self, query: Mapping[str, str], etag: str) -> HttpAnswer:
        """Fetch JSON. Without a body, the path with its query is signed."""
        asked = f"?{urlencode(query)}" if query else ""
        content = f"{path_of(self._peer.url)}{asked}".encode()
        headers = await self._signed(f"get_{secrets.token_hex(16)}", content)
        if etag:
            headers["if-none-match"] = etag
        return await exchange(self._peer, Request("GET", headers, query=asked))

    async def _signed(self, message: str, content: bytes) -> dict[str, str]:
        secret = await asyncio.to_thread(read_secret, self._secret_file)
        headers = signed_headers(secret, message, int(utc_now().timestamp()), content)
        return {
            **headers,
            "accept": "application/json",
            "user-agent": _AGENT,
        }
