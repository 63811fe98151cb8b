"""The dialogue of a device test: the person's input and the devices' events, in one queue.

Everything said to the person goes to stderr, so that stdout holds only the report.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from queue import Empty, Queue
from typing import Any

import click

from boxd.cli import daemon
from boxd.errors import BoxdError

Json = dict[str, Any]

ENDS_WITHIN_S = 2.0

_GONE = (
    "boxd has ended the test (it stops, or nothing was done for ten minutes) and put everything "
    "back; begin again"
)


class TesterAnswer(Enum):
    """A person's answer to a question."""

    YES = "y"
    NO = "n"
    SKIP = "s"


class InputEnded(Exception):
    """The person's input has ended: nobody will answer."""


class Tester:
    """One test, from its lease to its end, and the person at the terminal."""

    def __init__(self, snapshot: Json, lease: daemon.Events) -> None:
        self._lease = lease
        self._events = iter(lease)
        begun = next(self._events, None)
        if begun is None:
            raise BoxdError(_GONE)
        self._path = f"/api/v1/devices/tests/{begun[1]['id']}"
        self._queue: Queue[tuple[str, Any]] = Queue()
        self.door_states = {
            f"{device['name']}.{door['name']}": door["state"]
            for device in snapshot["devices"]
            for door in device["parts"]["doors"]
        }
        self.door_states_seen = {door: {state} for door, state in self.door_states.items()}
        self._has_left = False
        self._listening = threading.Thread(target=self._read_events, daemon=True)
        self._listening.start()
        threading.Thread(target=self._read_lines, daemon=True).start()

    def end(self) -> None:
        """End the lease: boxd puts everything back."""
        self._lease.end()
        self._listening.join(ENDS_WITHIN_S)

    def borrow(self, device: str) -> None:
        """Take a device for the test. Raises Refused while its bay serves an attendee."""
        daemon.post(f"{self._path}/device", {"device": device})

    def put_back(self) -> None:
        """Return the borrowed device."""
        daemon.post(f"{self._path}/put-back", {})

    def light(self, lamp: str, lit: bool) -> None:
        """Light a lamp of the borrowed device, or put it out."""
        daemon.post(f"{self._path}/lamp", {"lamp": lamp, "lit": lit})

    def sound(self, milliseconds: int) -> None:
        """Sound the buzzer of the borrowed device."""
        daemon.post(f"{self._path}/buzzer", {"ms": milliseconds})

    def restart_sensor(self) -> Json:
        """Restart the touch sensor of the borrowed device; returns the outcome."""
        done: Json = daemon.post(f"{self._path}/restart", {})
        return done

    def ask(self, question: str) -> TesterAnswer:
        """Ask until there is an answer. Raises InputEnded if there can't be one."""
        while True:
            self.say(f"{question} [y/n, s skips] ", nl=False)
            try:
                return TesterAnswer(self._line().strip().lower()[:1])
            except ValueError:
                continue

    def is_sure(self, question: str) -> bool:
        """Whether the person types yes after the question; earlier input does not count."""
        if sys.stdin.isatty():
            self._forget_lines()
        self.say(f"{question} [y/N] ", nl=False)
        return self._line().strip().lower() in ("y", "yes")

    def say(self, text: str, *, nl: bool = True) -> None:
        """Tell the person something."""
        click.echo(text, err=True, nl=nl)

    def wait(self, until: Callable[[Json], bool], seconds: float) -> bool | None:
        """Whether `until` is true of an event in time; None if the person presses Enter.

        It waits for the box's events even if nobody answers any more.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                kind, what = self._take(left)
            except Empty:
                break
            if kind == "line":
                return None
            if kind == "event" and until(what):
                return True
        return False

    def _line(self) -> str:
        while not self._has_left:
            kind, what = self._take(None)
            if kind == "line":
                return str(what)
        raise InputEnded

    def _take(self, seconds: float | None) -> tuple[str, Any]:
        kind, what = self._queue.get(timeout=seconds)
        if kind == "gone":
            raise what
        if kind == "left":
            self._has_left = True
        if kind == "event" and what["what"] == "door":
            door = f"{what['device']}.{what['part']}"
            self.door_states[door] = what["value"]
            self.door_states_seen.setdefault(door, set()).add(what["value"])
        return kind, what

    def _forget_lines(self) -> None:
        kept = []
        while not self._queue.empty():
            kept.append(self._queue.get())
        for kind, what in kept:
            if kind != "line":
                self._queue.put((kind, what))

    def _read_events(self) -> None:
        try:
            for name, what in self._events:
                if name == "device":
                    self._queue.put(("event", what))
            self._queue.put(("gone", BoxdError(_GONE)))
        except BoxdError as error:
            self._queue.put(("gone", error))

    def _read_lines(self) -> None:
        try:
            for line in sys.stdin:
                self._queue.put(("line", line))
        except (OSError, ValueError):  # no input at all, or closed by now
            pass
        self._queue.put(("left", None))


@contextmanager
def begin(snapshot: Json, actor: str) -> Iterator[Tester]:
    """Begin a test; when the block ends in any way, boxd puts everything back.

    Raises Refused while somebody else tests.
    """
    with daemon.events("POST", "/api/v1/devices/tests", {"actor": actor}) as lease:
        tester = Tester(snapshot, lease)
        try:
            yield tester
        finally:
            tester.end()
