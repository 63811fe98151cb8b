"""The API of devices: their states; watching and testing only on the Unix socket.

A test is an event stream and the requests that name it. When the stream's connection ends, for any
reason, the daemon puts everything back. Latches are not moved here; that is an override, or the
restart of a board's touch sensor, which is recorded as well.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import Field
from starlette.responses import Response

from boxd.api.bodies import ActorBody, Shape, Whole
from boxd.api.queries import Flag, Query, Text, is_set
from boxd.api.replies import DoneReply, ReplyModel
from boxd.api.request_context import BoxContext, RequestContext
from boxd.bays.device_events import DeviceEvent
from boxd.bays.device_tests import DeviceTest, DeviceTests
from boxd.devices import LampName
from boxd.text_fields import Line
from boxd.web.stream import TailEnded

log = structlog.get_logger(__name__)
Json = dict[str, Any]

MOST_WAITING = 2000  # the most events that a slow reader may be behind; older ones are dropped


class EventsQuery(Query):
    """Which device's events, and whether with typed digits, which is logged."""

    device: str = ""
    digits: Flag = "0"
    actor: Text | None = None


class BorrowBody(Shape):
    """A device to test."""

    example = '{"device": "board-0"}'

    device: Line


class LampBody(Shape):
    """A lamp of the device under test."""

    example = '{"lamp": "standby", "lit": true}'

    lamp: LampName
    lit: bool


class BuzzerBody(Shape):
    """How long to sound the buzzer of the device under test, in milliseconds."""

    example = '{"ms": 300}'

    ms: Whole = Field(ge=1, le=1000)


class DevicesReply(ReplyModel):
    """Every device with its state and parts, and what is plugged in but not configured."""

    devices: tuple[Json, ...]
    strangers: tuple[Json, ...]


class RestartReply(ReplyModel):
    """The outcome of a restart: done, failed or unknown."""

    outcome: str
    note: str


class TestedReply(ReplyModel):
    """The results of the self-test."""

    tested: tuple[Json, ...]


class DeviceTail:
    """The devices' events from now on; `only` selects one device.

    Digits of a bay's keypad are shown if `shows_digits` of its device.
    """

    def __init__(
        self, tests: DeviceTests, shows_digits: Callable[[str], bool], only: str = ""
    ) -> None:
        self._only = only
        self._waiting: asyncio.Queue[tuple[str, Json | DeviceEvent]] = asyncio.Queue()
        self._left_out = 0
        self._unsubscribe: Callable[[], None] = tests.watch(self._hear, shows_digits)

    async def take(self, timeout_s: float) -> tuple[str, str] | None:
        """The next event; None if none came in time."""
        if self._left_out:
            left_out, self._left_out = self._left_out, 0
            return "left_out", json.dumps({"events": left_out})
        try:
            async with asyncio.timeout(timeout_s):
                name, what = await self._waiting.get()
        except TimeoutError:
            return None
        shown = what.as_json() if isinstance(what, DeviceEvent) else what
        return name, json.dumps(shown, ensure_ascii=False)

    def tell(self, name: str, what: Json) -> None:
        """Send another event."""
        self._waiting.put_nowait((name, what))

    def close(self) -> None:
        """Stop listening."""
        self._unsubscribe()

    def _hear(self, event: DeviceEvent) -> None:
        if self._only in ("", event.device):
            if self._waiting.qsize() >= MOST_WAITING:
                self._waiting.get_nowait()
                self._left_out += 1
            # Encoded by the reader: a key's lamp must not wait for a watcher.
            self._waiting.put_nowait(("device", event))


class Lease:
    """The stream of a device test: the test ends with it, in any way."""

    def __init__(self, tests: DeviceTests, actor: str) -> None:
        self._test: DeviceTest = tests.begin(actor)
        self._tail = DeviceTail(tests, self._has_borrowed)
        self._tail.tell("test", {"id": self._test.id})

    async def take(self, timeout_s: float) -> tuple[str, str] | None:
        """The next event; raises TailEnded once the test is over."""
        ended = asyncio.ensure_future(self._test.has_ended.wait())
        taking = asyncio.ensure_future(self._tail.take(timeout_s))
        try:
            await asyncio.wait({ended, taking}, return_when=asyncio.FIRST_COMPLETED)
            if not taking.done():
                raise TailEnded
            return taking.result()
        finally:
            ended.cancel()
            taking.cancel()

    def close(self) -> None:
        """Put everything back."""
        self._tail.close()
        self._test.end()

    def _has_borrowed(self, device: str) -> bool:
        """Whether the test has borrowed the device of these keys: then they type no code."""
        return self._test.device is not None and self._test.device.name == device


async def watch(context: RequestContext, query: EventsQuery) -> Response:
    """Events at the devices, live; digits typed at bays only with `digits=1`."""
    tests = context.served.device_tests
    if query.device:
        tests.registry.device(query.device)
    with_digits = is_set(query.digits)
    if with_digits:
        log.warning("typed_digits.watched", actor=context.actor(query.actor))
    context.streams.refuse_too_many()
    return context.streams.follow(DeviceTail(tests, lambda _: with_digits, query.device))


async def devices(context: RequestContext) -> DevicesReply:
    """Every device with its state and parts, and what is plugged in but not configured."""
    snapshot = context.served.snapshots.snapshot()
    return DevicesReply.of(devices=snapshot["devices"], strangers=snapshot["strangers"])


async def begin_test(context: RequestContext, body: ActorBody) -> Response:
    """Begin a test; the first event has its id, and the end of the stream ends it."""
    context.streams.refuse_too_many()
    return context.streams.follow(Lease(context.served.device_tests, context.actor(body.actor)))


async def borrow(context: RequestContext, test: str, body: BorrowBody) -> DoneReply:
    """Return the previous device, and borrow one for the test."""
    _test(context, test).borrow(body.device)
    return DoneReply()


async def give_back(context: RequestContext, test: str, body: Shape) -> DoneReply:
    """Return the borrowed device."""
    _test(context, test).give_back()
    return DoneReply()


async def light(context: RequestContext, test: str, body: LampBody) -> DoneReply:
    """Light a lamp of the borrowed device, or put it out."""
    _test(context, test).light(body.lamp, body.lit)
    return DoneReply()


async def sound(context: RequestContext, test: str, body: BuzzerBody) -> DoneReply:
    """Sound the buzzer of the borrowed device."""
    _test(context, test).sound(body.ms)
    return DoneReply()


async def restart_sensor(context: BoxContext, test: str, body: Shape) -> RestartReply:
    """Restart the touch sensor of the borrowed device: its latch may move. It is recorded."""
    found = _test(context, test)
    log.warning("touch_sensor.restarted", device=found.borrowed.name, actor=found.actor)
    done = await context.box.opener.restart_sensor(found.borrowed, found.actor)
    return RestartReply(outcome=done.outcome.value, note=done.note)


async def test_unattended(context: RequestContext, body: ActorBody) -> TestedReply:
    """The self-test: asks nobody, and moves nothing."""
    tested = await context.served.device_tests.run_unattended()
    return TestedReply.of(tested=[row.as_json() for row in tested])


def _test(context: RequestContext, name: str) -> DeviceTest:
    return context.served.device_tests.find(name)
