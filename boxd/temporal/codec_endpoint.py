"""An endpoint that opens sealed payloads for people: for the `temporal` program and its pages.

It runs on loopback as long as the command that started it, and answers only requests with the
token in its address. It seals nothing: what people send by hand is not an order of the box.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from boxd.temporal.command import LOOPBACK
from boxd.temporal.payload_codec import opened
from boxd.temporal.seal import Seal

_LONGEST = 8 * 1024 * 1024  # a page of a history with its submissions
_TIMEOUT_S = 10


@contextmanager
def codec_endpoint(seal: Seal, namespace: str, pages: str = "", port: int = 0) -> Iterator[str]:
    """Serve; yields the address with its token. Scripts of the origin `pages` may call it."""
    path = f"/{secrets.token_urlsafe(24)}"

    class TokenHandler(_CodecHandler):
        token_path = path
        origin = pages
        open_with = seal
        of_namespace = namespace

    server = ThreadingHTTPServer((LOOPBACK, port), TokenHandler)
    serving = threading.Thread(target=server.serve_forever, name="codec-endpoint", daemon=True)
    serving.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()


class _CodecHandler(BaseHTTPRequestHandler):
    token_path: str
    origin: str
    open_with: Seal
    of_namespace: str
    timeout = _TIMEOUT_S

    def do_OPTIONS(self) -> None:
        """Let the pages call it, and no other site."""
        self._answer(204, b"")

    def do_POST(self) -> None:
        """Open the payloads in the request."""
        length = self.headers.get("Content-Length", "")
        if not secrets.compare_digest(self.path, f"{self.token_path}/decode"):
            self._answer(404, b'{"message": "there is nothing here"}')
        elif not length.isdigit() or int(length) > _LONGEST:
            self._answer(413, b'{"message": "the length is missing, or too much"}')
        else:
            self._decode(self.rfile.read(int(length)))

    def _decode(self, body: bytes) -> None:
        try:
            asked = ParseDict(dict(json.loads(body)), Payloads(), ignore_unknown_fields=True)
        except (TypeError, ValueError, ParseError):
            self._answer(400, b'{"message": "these are no payloads"}')
            return
        shown = Payloads(payloads=[self._shown(each) for each in asked.payloads])
        self._answer(200, json.dumps(MessageToDict(shown)).encode())

    def _shown(self, payload: Payload) -> Payload:
        return opened(self.open_with, payload, self.of_namespace) or payload

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if self.origin and self.headers.get("Origin") == self.origin:
            self.send_header("Access-Control-Allow-Origin", self.origin)
            self.send_header("Access-Control-Allow-Headers", "content-type, x-namespace")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing: the address contains the token."""
