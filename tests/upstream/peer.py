"""An organiser's backend over real TCP or TLS, which behaves as badly as it is told.

It checks every signature, honours the events' ids as keys, and remembers in which order it took
what. It runs in a thread of its own, with a loop of its own.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h11
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
LOGIN_PAGE = (
    b"<!doctype html><title>Welcome to ConferenceWiFi</title><form>Your room number?</form>"
)
Headers = dict[str, str]
Reply = tuple[int, Headers, bytes]


def json_reply(body: object, status: int = 200, **headers: str) -> Reply:
    given = {"content-type": "application/json; charset=utf-8"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return status, given, json.dumps(body).encode()


@dataclass
class Backend:
    """What the organiser keeps: each event once, in the order it came."""

    applied: list[dict[str, Any]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    repeated: int = 0
    requests: int = 0
    largest: int = 0
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)  # by cursor
    refuses: Callable[[dict[str, Any]], bool] = lambda event: False

    def take(self, events: list[dict[str, Any]]) -> Reply:
        if any(self.refuses(event) for event in events):
            return json_reply({"error": "no such prize"}, 422)
        for event in events:
            if event["id"] in self.ids:
                self.repeated += 1
            else:
                self.ids.add(event["id"])
                self.applied.append(event)
        return json_reply({"received": [event["id"] for event in events]})

    def feed(self, target: str, etag: str) -> Reply:
        cursor = target.partition("cursor=")[2]
        page = self.orders.get(cursor, {"orders": [], "cursor": cursor})
        mine = f'"{hashlib.sha256(json.dumps(page).encode()).hexdigest()[:16]}"'
        if etag == mine:
            return 304, {"etag": mine}, b""
        return json_reply(page, etag=mine)


class Peer:
    """Listens on `port`, the same one every time it starts. `mood` says how it answers."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        self.backend = Backend()
        self.mood = "well"
        self.port = _free_port()
        self.ca_file = folder / "peer.pem"
        self._key_file = folder / "peer.key"
        if tls:
            make_certificate(self.ca_file, self._key_file)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}/hooks/boxd"
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self) -> None:
        self._do(self._listen())

    def stop(self) -> None:
        """Be absent: connections are refused."""
        self._do(self._leave())

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        context = None
        if self._tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca_file, self._key_file)
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=context, backlog=50
        )

    async def _leave(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await asyncio.sleep(0.01)  # what was aborted closes in the loop's next turns

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._converse(reader, writer)
            if "resetting" not in self.mood:
                writer.close()
                await writer.wait_closed()
        except (OSError, asyncio.CancelledError, h11.RemoteProtocolError):
            pass
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        head, body = await _request(connection, reader)
        headers = {name.decode(): value.decode() for name, value in head.headers}
        self.backend.requests += 1
        self.backend.largest = max(self.backend.largest, len(body))
        if self.mood == "silent":
            await asyncio.sleep(3600)
        if self.mood == "resetting":
            _reset_on_close(writer)
            return
        reply = self._reply(head, headers, body)
        if self.mood == "resetting after it took them":
            _reset_on_close(writer)
            return
        await self._send(connection, writer, reply)

    def _reply(self, head: h11.Request, headers: Headers, body: bytes) -> Reply:
        target = head.target.decode()
        if not signature_fits(headers, body or target.encode()):
            return json_reply({"error": "bad signature"}, 401)
        mood = MOODS.get(self.mood)
        if mood is not None:
            return mood(json.loads(body)["events"] if body else [])
        if head.method == b"GET":
            return self.backend.feed(target, headers.get("if-none-match", ""))
        assert headers["idempotency-key"] == headers["webhook-id"]
        assert headers["content-type"] == "application/json"
        assert headers["accept-encoding"] == "identity"
        return self.backend.take(json.loads(body)["events"])

    async def _send(
        self, connection: h11.Connection, writer: asyncio.StreamWriter, reply: Reply
    ) -> None:
        status, headers, content = reply
        head = h11.Response(
            status_code=status,
            headers=[*headers.items(), ("content-length", str(len(content)))],
        )
        raw = connection.send(head) or b""
        raw += connection.send(h11.Data(content)) or b""
        raw += connection.send(h11.EndOfMessage()) or b""
        if self.mood == "half":
            writer.write(raw[: len(raw) - 5])
        elif self.mood == "dripping":
            for byte in raw:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.2)
        else:
            writer.write(raw)
        await writer.drain()


def _lie(events: list[dict[str, Any]]) -> Reply:
    return json_reply({"received": ["evt_" + "0" * 24 for _ in events]})


MOODS: dict[str, Callable[[list[dict[str, Any]]], Reply]] = {
    "redirecting": lambda _: (302, {"location": "http://10.0.0.1/login?u=1"}, b""),
    "portal": lambda _: (200, {"content-type": "text/html"}, LOGIN_PAGE),
    "portal says no": lambda _: (403, {"content-type": "text/html"}, LOGIN_PAGE),
    "portal in JSON's clothes": lambda _: (200, {"content-type": "application/json"}, LOGIN_PAGE),
    "lying": _lie,
    "lying in reverse": lambda events: json_reply(
        {"received": [event["id"] for event in reversed(events)]}
    ),
    "too many received": lambda events: json_reply(
        {"received": [event["id"] for event in events] + ["evt_more"]}
    ),
    "nothing received": lambda _: json_reply({"received": []}),
    "no receipt": lambda _: json_reply(["fine"]),
    "empty": lambda _: (204, {}, b""),
    "broken": lambda _: (500, {"content-type": "text/plain"}, b"oh no"),
    "unavailable": lambda _: (503, {"retry-after": "1"}, b""),
    "busy": lambda _: json_reply({"error": "slow down"}, 429, retry_after="1"),
    "shut": lambda _: json_reply({"error": "who are you?"}, 401),
    "gone": lambda _: json_reply({"error": "no such hook"}, 404),
    "endless": lambda _: (200, {"content-type": "application/json"}, b" " * (2 * 1024 * 1024)),
}
"""How it answers, where that is another way than to take what comes."""


def signature_fits(headers: Headers, content: bytes) -> bool:
    """As the specification tells a receiver to check it, without a line of boxd's."""
    message, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{message}.{timestamp}.".encode() + content
    mine = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    given = headers["webhook-signature"].split()
    return any(hmac.compare_digest(each, f"v1,{mine}") for each in given)


async def _request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> tuple[h11.Request, bytes]:
    head: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            return head, body
        else:
            raise ConnectionError("no request")


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def _free_port() -> int:
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def make_certificate(certificate_file: Path, key_file: Path, name: str = "localhost") -> None:
    """A certificate that signs itself, good for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
