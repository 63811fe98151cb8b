"""Those who take notices: a real mail server on loopback, and a real HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.ports import free_ports


@dataclass
class MailBox:
    """What the mail server took; `refusal` is its answer in place of taking it."""

    port: int = 0
    refusal: str = ""
    taken: list[tuple[list[str], Message]] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the server calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refusal:
            return self.refusal
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.original_content or b"")))
        return "250 taken"


def _let_in(*given: Any) -> AuthResult:
    who = given[4]
    assert isinstance(who, LoginPassword)
    is_known = (who.login, who.password) == (b"box", b"open sesame")
    return AuthResult(success=is_known, handled=False)  # the server itself says no


@contextmanager
def mail_server(box: MailBox, *, asks_who: bool = False) -> Iterator[None]:
    """Listen at the box's port, the same one each time."""
    box.port = box.port or free_ports(1)[0]
    more: dict[str, Any] = {
        "auth_required": asks_who,
        "auth_require_tls": False,
        "authenticator": _let_in,
    }
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **more)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@dataclass
class Posted:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Posts:
    """What an HTTP server took, and how it answers once it may."""

    url: str = ""
    status: int = 200
    kind: str = "application/json"
    taken: list[Posted] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()


@contextmanager
def http_server(posts: Posts) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            posts.taken.append(Posted(self.path, headers, body))
            posts.may_answer.wait(60)
            self.send_response(posts.status)
            self.send_header("content-type", posts.kind)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The test's output is not the place for it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    posts.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def secret_file(folder: Path, words: str) -> Path:
    file = folder / "word"
    file.write_text(words + "\n", encoding="utf-8")
    file.chmod(0o600)
    return file
