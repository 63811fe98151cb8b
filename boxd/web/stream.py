"""Server-sent events: complete states, always the newest; or events, one after the other.

A heartbeat comes between them. A comment before each event and in each heartbeat has the box's
time, so that a page can count on from it whatever its own clock says.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from boxd.machine_clock import utc_now
from boxd.web.problems import RequestError
from boxd.web.snapshot import SnapshotSource

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

HEARTBEAT_S = 10.0  # a page gives up after 25 s of silence: two heartbeats may be late
PAUSE_S = 0.02  # a burst of changes becomes one event; people see no faster
MOST_STREAMS = 32  # a stream costs a task and a socket; a box has a few screens

T = TypeVar("T")
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Feed(Protocol):
    """A state that changes, with a version."""

    event: str

    def latest(self) -> tuple[int, str]:
        """The state's version and its JSON."""

    async def wait(self, version: int, timeout_s: float) -> None:
        """Return once the version differs from `version`, or after `timeout_s`."""


class Tail(Protocol):
    """Events, one after the other, as long as somebody listens."""

    async def take(self, timeout_s: float) -> tuple[str, str] | None:
        """The next event's name and JSON; None if none came in time. Raises TailEnded."""

    def close(self) -> None:
        """The listener's connection has ended, in any way."""


class TailEnded(Exception):
    """No further event will come."""


class SnapshotFeed:
    """The box's snapshots, each encoded once for all watchers."""

    event = "snapshot"

    def __init__(self, source: SnapshotSource) -> None:
        self._source = source
        self._encoded: tuple[int, str] = (-1, "")

    def latest(self) -> tuple[int, str]:
        """The snapshot's version and its JSON."""
        snapshot = self._source.snapshot()
        if snapshot["version"] != self._encoded[0]:
            self._encoded = snapshot["version"], json.dumps(snapshot, ensure_ascii=False)
        return self._encoded

    async def wait(self, version: int, timeout_s: float) -> None:
        """Return once the snapshot's version differs from `version`, or after `timeout_s`."""
        await self._source.wait_for_change(version, timeout_s)


class FrontFeed:
    """The simulated front's states, numbered as they change."""

    event = "state"

    def __init__(self, front: SimulatedHardware) -> None:
        self._front = front
        self._version = 1
        self._changed = asyncio.Event()
        front.on_change(self._on_change)

    def latest(self) -> tuple[int, str]:
        """The state's number and its JSON."""
        return self._version, json.dumps(self._front.state(), ensure_ascii=False)

    async def wait(self, version: int, timeout_s: float) -> None:
        """Return once the state has changed since number `version`, or after `timeout_s`."""
        if self._version == version:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _on_change(self) -> None:
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()


class Streams:
    """The open event streams of this process; `close` ends them all."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()
        self._open = 0

    @property
    def count(self) -> int:
        """How many are open."""
        return self._open

    def close(self) -> None:
        """End every stream, and each that begins later."""
        self._closing.set()

    def respond(self, feed: Feed) -> Response:
        """A response that goes on until the page is closed or `close` is called."""
        self.refuse_too_many()
        return StreamingResponse(self._events(feed), 200, _HEADERS, "text/event-stream")

    def follow(self, tail: Tail) -> Response:
        """A response that sends every event until the end; closes the tail in any case."""
        return _Following(tail, self._happenings(tail))

    def refuse_too_many(self) -> None:
        """Raise RequestError if no further stream may begin."""
        if self._open >= MOST_STREAMS:
            detail = f"{MOST_STREAMS} screens watch this box already; close one and try again"
            raise RequestError(503, "too-many-screens", "Too many screens", detail)

    async def _happenings(self, tail: Tail) -> AsyncIterator[str]:
        self._open += 1
        number = 0
        try:
            yield _now()
            while not self._closing.is_set():
                taken = await self._until_closing(tail.take(HEARTBEAT_S))
                if taken is None:
                    yield _now()
                    continue
                number += 1
                yield _event(taken[0], number, taken[1])
        except TailEnded:
            return
        finally:
            self._open -= 1

    async def _events(self, feed: Feed) -> AsyncIterator[str]:
        self._open += 1
        try:
            yield "retry: 1000\n\n"
            sent = -1
            while not self._closing.is_set():
                version, text = feed.latest()
                yield _now() if version == sent else _now() + _event(feed.event, version, text)
                sent = version
                await asyncio.sleep(PAUSE_S)
                await self._until_closing(feed.wait(version, HEARTBEAT_S))
        finally:
            self._open -= 1

    async def _until_closing(self, waiting: Coroutine[Any, Any, T]) -> T | None:
        """The result of `waiting`; None if the streams close before that."""
        awaited = asyncio.ensure_future(waiting)
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({awaited, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if not awaited.done():
                awaited.cancel()
        return awaited.result() if awaited.done() else None


class _Following(StreamingResponse):
    """Closes its tail when the response is over, even if it never began."""

    def __init__(self, tail: Tail, content: AsyncIterator[str]) -> None:
        super().__init__(content, 200, _HEADERS, "text/event-stream")
        self._tail = tail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the tail ends or the listener leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._tail.close()


def _now() -> str:
    return f": now {utc_now().isoformat(timespec='milliseconds')}\n\n"


def _event(name: str, version: int, text: str) -> str:
    return f"event: {name}\nid: {version}\ndata: {text}\n\n"
