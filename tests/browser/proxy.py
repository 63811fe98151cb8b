"""A proxy between phones and the box, which answers by itself when it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Proxy(ThreadingHTTPServer):
    """Hands requests on to a port of this host; with a `status`, it has an error page instead."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = port
        self.status = 0

    @property
    def address(self) -> str:
        """Where phones find it."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        """Answer, or hand on."""
        if self.server.status:
            page = b"<h1>A page of the proxy</h1>"
            self._answer(self.server.status, [("Content-Type", "text/html")], page)
            return
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.behind)) as box:
            box.request("GET", self.path, headers=dict(self.headers))
            reply = box.getresponse()
            body = reply.read()
        kept = [each for each in reply.getheaders() if each[0].lower() not in _OF_THE_CONNECTION]
        self._answer(reply.status, kept, body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_OF_THE_CONNECTION = {"content-length", "connection", "transfer-encoding", "server", "date"}


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy that runs while the block does."""
    with Proxy(port) as proxy:
        serving = threading.Thread(target=proxy.serve_forever)
        serving.start()
        yield proxy
        proxy.shutdown()
        serving.join()
