"""What an outage of upstream costs: the verdict beside a box that reaches it, disk and memory.

The peer is a small server of this bench's own, in a thread; during the outage it is not there.
"""

from __future__ import annotations

import base64
import json
import socket
import sqlite3
import threading
import time
from contextlib import closing
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench import usage
from bench.box import Box
from bench.figures import Figure, kib, mib, milliseconds, spread
from bench.progress import tell
from bench.redeeming import Seen, redeem_all

EVENTS = 10_000
_DELIVERED_WITHIN_S = 300.0
_WATCH_S = 60.0
_TURNS = 5


class Backend:
    """An organiser's backend that believes everything, on one port, there or not."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.sequences: list[int] = []
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Be there."""
        if self._server is not None:
            return
        taken = self.sequences

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                events = json.loads(self.rfile.read(size))["events"]
                taken.extend(event["sequence"] for event in events)
                receipt = json.dumps({"received": [event["id"] for event in events]}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(receipt)))
                self.end_headers()
                self.wfile.write(receipt)

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Be gone."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def figures(folder: Path, n: int) -> list[Figure]:
    """`n` redemptions with upstream there and `n` without it, then a backlog and its end."""
    tell(f"{n} redemptions each: no upstream configured, upstream there, upstream gone")
    backend = Backend()
    box, plain = Box(folder / "told"), Box(folder / "plain")
    _point_at(box, backend)
    try:
        box.start_and_wait()
        plain.start_and_wait()
        seen = _in_turns(box, plain, backend, n)
        tell(f"{EVENTS} events while upstream is gone, then their delivery")
        backlog = _backlog(box)
        watched = _watched(box)
        seconds = _delivered(box, backend)
    finally:
        box.close()
        plain.close()
        backend.stop()
    assert backend.sequences == sorted(set(backend.sequences)), "lost, twice or out of order"
    return [_beside(seen), *_costs(backlog, watched), _delivery(backlog, seconds)]


class Upstream(StrEnum):
    """How it stands with upstream."""

    NONE = "none configured"
    THERE = "there"
    GONE = "gone"


def _in_turns(box: Box, plain: Box, backend: Backend, n: int) -> dict[Upstream, Seen]:
    """The same number of redemptions each way, a few at a time: a machine has its moods."""
    seen = {way: Seen() for way in Upstream}
    codes = {each: each.issue_codes(2 * n) for each in (box, plain)}
    for _ in range(_TURNS):
        for way in Upstream:
            at = plain if way is Upstream.NONE else box
            (backend.start if way is Upstream.THERE else backend.stop)()
            some, codes[at] = codes[at][: n // _TURNS], codes[at][n // _TURNS :]
            seen[way].add(redeem_all(at, some))
    backend.stop()
    return seen


def _beside(seen: dict[Upstream, Seen]) -> Figure:
    verdicts = {way: spread(each.verdict) for way, each in seen.items()}
    ratio = verdicts[Upstream.GONE].p50 / verdicts[Upstream.NONE].p50
    return Figure(
        "Enter → verdict while upstream is gone, beside a box that has none",
        "p50 within 1.2x",
        f"{ratio:.2f}x: {milliseconds(verdicts[Upstream.GONE])}",
        f"none: {milliseconds(verdicts[Upstream.NONE])};"
        f" there: {milliseconds(verdicts[Upstream.THERE])}",
        ratio <= 1.2,
    )


def _point_at(box: Box, backend: Backend) -> None:
    """Write upstream into the box's configuration."""
    secret = box.folder / "upstream.secret"
    secret.write_text(f"whsec_{base64.b64encode(bytes(range(32))).decode()}\n")
    secret.chmod(0o600)
    config = box.folder / "box.toml"
    lines = f'url = "http://127.0.0.1:{backend.port}/"\nsecret_file = "{secret}"\n'
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[upstream]\n", f"[upstream]\n{lines}", 1), encoding="utf-8")


def _waiting(box: Box) -> int:
    with closing(sqlite3.connect(f"file:{box.state / 'ledger.db'}?mode=ro", uri=True)) as ledger:
        return int(ledger.execute("SELECT count(*) FROM outbox").fetchone()[0])


def _until_empty(box: Box) -> None:
    deadline = time.monotonic() + _DELIVERED_WITHIN_S
    while _waiting(box):
        assert time.monotonic() < deadline, f"{_waiting(box)} events still wait"
        time.sleep(0.05)


def _backlog(box: Box) -> tuple[int, float, usage.Memory]:
    """Bring the outbox to so many events; how many, bytes an event, and the daemon's memory."""
    before, size = _waiting(box), _ledger_bytes(box)
    box.issue_codes(EVENTS)
    there = _waiting(box)
    added = there - before
    return there, (_ledger_bytes(box) - size) / added, usage.memory([box.pid])


def _ledger_bytes(box: Box) -> int:
    """Bytes that the outbox takes alone."""
    with closing(sqlite3.connect(f"file:{box.state / 'ledger.db'}?mode=ro", uri=True)) as ledger:
        query = "SELECT coalesce(sum(length(data) + length(id) + length(type) + 40), 0) FROM outbox"
        return int(ledger.execute(query).fetchone()[0])


def _watched(box: Box) -> tuple[float, float]:
    """Bytes that server and ledger write in an hour of outage, when waits are at their longest."""
    began, server, daemon = time.monotonic(), usage.written(box.server_pid), usage.written(box.pid)
    time.sleep(_WATCH_S)
    hours = (time.monotonic() - began) / 3600
    return (
        (usage.written(box.server_pid) - server) / hours,
        (usage.written(box.pid) - daemon) / hours,
    )


def _costs(backlog: tuple[int, float, usage.Memory], watched: tuple[float, float]) -> list[Figure]:
    waiting, per_event, memory = backlog
    server, daemon = watched
    return [
        Figure(
            f"{waiting} events wait: an event on disk, and the daemon resident",
            "",
            f"{per_event:.0f} bytes, {mib(memory.rss)}",
        ),
        Figure(
            f"written in an hour of outage ({_WATCH_S:.0f} s watched, some minutes into it)",
            "",
            f"Temporal {kib(server)}, ledger and simulated parts {kib(daemon)}",
        ),
    ]


def _delivered(box: Box, backend: Backend) -> float:
    backend.start()
    began = time.monotonic()
    box.try_upstream()
    _until_empty(box)
    return time.monotonic() - began


def _delivery(backlog: tuple[int, float, usage.Memory], seconds: float) -> Figure:
    waiting = backlog[0]
    return Figure(
        f"{waiting} events delivered when upstream is back",
        "none lost, twice or out of order",
        f"{seconds:.1f} s, {waiting / seconds:.0f} a second",
        "",
        True,
    )
