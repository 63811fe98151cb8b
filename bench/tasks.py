"""How soon a code is ready after an attendant's verdict, one by one and for fifty at once."""

from __future__ import annotations

import http.client
import json
import socket
import sqlite3
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.box import Box
from bench.figures import Figure, milliseconds, spread
from bench.progress import tell

AT_ONCE = 50
_READY_WITHIN_S = 60.0
_TAKEN_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.005
_LOOKING_S = 0.1  # nobody judges what was begun a moment ago


@dataclass(frozen=True)
class Goals:
    """`ready_s` from one verdict to its code, p50; `at_once_s` for fifty of them, p99."""

    where: str
    ready_s: float
    at_once_s: float


ON_A_FAST_DISK = Goals("", 0.060, 1)


def figures(folder: Path, n: int, goals: Goals = ON_A_FAST_DISK) -> Iterator[Figure]:
    """`n` tasks one by one, and fifty attendees at once, on a box of its own."""
    tell(f"{n} tasks one by one, then {AT_ONCE} attendees at once")
    box = Box(folder)
    try:
        box.start_and_wait()
        box.stock("mug", n + 2 * AT_ONCE + 10)
        _wait_until_taken(box)
        calm = [_judged(box, f"calm-{number}") for number in range(10 + n)][10:]
        yield _ready(f"task verdict → code ready{goals.where}", calm, goals)
        asking, codes = _all_at_once(box)
    finally:
        box.close()
    yield _at_once("attendees start a task at once → each has the answer", asking, goals)
    yield _at_once("verdicts at once → each code ready", codes, goals)


def _ready(what: str, samples: list[float], goals: Goals) -> Figure:
    of = spread(samples)
    goal = f"p50 under {goals.ready_s * 1000:.0f} ms"
    return Figure(what, goal, milliseconds(of), "", of.p50 < goals.ready_s)


def _at_once(what: str, samples: list[float], goals: Goals) -> Figure:
    of = spread(samples)
    goal = f"p99 under {goals.at_once_s:g} s"
    whole = f"{AT_ONCE} {what}{goals.where}"
    return Figure(whole, goal, milliseconds(of), "", of.p99 < goals.at_once_s)


class Phone:
    """A kept connection to the box's socket; for one thread."""

    def __init__(self, box: Box) -> None:
        self._connection = _SocketConnection(box.state / "boxd.sock")

    def start(self, attendee: str) -> str:
        """Start the demonstration task; returns its id."""
        return str(
            self._ask("POST", "/api/v1/tasks", {"kind": "demo", "attendee": attendee})["task"]["id"]
        )

    def approve(self, task: str) -> None:
        """Say that the task is done."""
        self._ask("POST", f"/api/v1/tasks/{task}/verdict", {"approved": True})

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        text = None if body is None else json.dumps(body | {"actor": "bench"}).encode()
        headers = {"Content-Type": "application/json"} if text else {}
        self._connection.request(method, path, text, headers)
        reply = self._connection.getresponse()
        said = reply.read()
        assert reply.status < 300, said
        return json.loads(said)


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


def _rewarded(box: Box, tasks: Collection[str]) -> dict[str, float]:
    """When each task's code was there.

    One reader of the ledger for all: asking the box, or fifty readers, would keep it busy.
    """
    seen: dict[str, float] = {}
    deadline = time.monotonic() + _READY_WITHIN_S
    query = "SELECT id FROM tasks WHERE state = 'rewarded'"
    with closing(sqlite3.connect(f"file:{box.state / 'ledger.db'}?mode=ro", uri=True)) as ledger:
        while len(seen) < len(tasks):
            assert time.monotonic() < deadline, f"{len(seen)} of {len(tasks)} codes are there"
            time.sleep(_LOOK_EVERY_S)
            now = time.monotonic()
            for (task,) in ledger.execute(query):
                if task in tasks:
                    seen.setdefault(task, now)
    return seen


def _wait_until_taken(box: Box) -> None:
    """Wait until tasks are taken: the lamps are ready before Temporal's server is."""
    phone = Phone(box)
    deadline = time.monotonic() + _TAKEN_WITHIN_S
    try:
        while True:
            try:
                phone.start("the first")
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return
    finally:
        phone.close()


def _judged(box: Box, attendee: str) -> float:
    """Seconds from the verdict to the code."""
    phone = Phone(box)
    try:
        task = phone.start(attendee)
        time.sleep(_LOOKING_S)
        began = time.monotonic()
        phone.approve(task)
        return _rewarded(box, {task})[task] - began
    finally:
        phone.close()


def _all_at_once(box: Box) -> tuple[list[float], list[float]]:
    """Seconds until each had the answer to a start, and from each verdict to its code."""
    phones = [Phone(box) for _ in range(AT_ONCE)]

    def start(number: int) -> tuple[float, str]:
        began = time.monotonic()
        task = phones[number].start(f"crowd-{number}")
        return time.monotonic() - began, task

    def judge(number: int, task: str) -> float:
        began = time.monotonic()
        phones[number].approve(task)
        return began

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        started = list(crowd.map(start, range(AT_ONCE)))
        tasks = [task for _, task in started]
        judging = crowd.map(judge, range(AT_ONCE), tasks)
        seen = _rewarded(box, set(tasks))
        ready = [seen[task] - began for task, began in zip(tasks, judging, strict=True)]
    for phone in phones:
        phone.close()
    return [seconds for seconds, _ in started], ready
