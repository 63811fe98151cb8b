"""Watching and testing devices: on the Unix socket only, like all that commands the box.

A test is an event stream and the requests that name it: when the stream's connection ends, for
whatever reason, the daemon puts everything back. Latches are not moved here; that is an override.
"""

from __future__ import annotations

import structlog
from starlette.responses import Response

from boxd.api.bodies import ActorBody, BorrowBody, BuzzerBody, LampBody, Shape
from boxd.api.device_tail import DeviceTail, Lease
from boxd.api.queries import EventsQuery, is_set
from boxd.api.replies import DoneReply, TestedReply
from boxd.api.request_context import RequestContext
from boxd.bays.device_tests import DeviceTest

log = structlog.get_logger(__name__)


async def watch(call: RequestContext, query: EventsQuery) -> Response:
    """What happens at the devices, live; digits typed at bays only with `digits=1`."""
    tests = call.box.device_tests
    if query.device:
        tests.registry.device(query.device)
    with_digits = is_set(query.digits)
    if with_digits:
        log.warning("typed_digits.watched", actor=call.actor(query.actor))
    call.streams.refuse_too_many()
    return call.streams.follow(DeviceTail(tests, lambda _: with_digits, query.device))


async def begin_test(call: RequestContext, body: ActorBody) -> Response:
    """Begin a test; its first event names it, and the end of the stream ends it."""
    call.streams.refuse_too_many()
    return call.streams.follow(Lease(call.box.device_tests, call.actor(body.actor)))


async def borrow(call: RequestContext, test: str, body: BorrowBody) -> DoneReply:
    """Put back the device before, and borrow one for the test."""
    _test(call, test).borrow(body.device)
    return DoneReply()


async def give_back(call: RequestContext, test: str, body: Shape) -> DoneReply:
    """Put the borrowed device back."""
    _test(call, test).give_back()
    return DoneReply()


async def light(call: RequestContext, test: str, body: LampBody) -> DoneReply:
    """Light a lamp of the borrowed device, or put it out."""
    _test(call, test).light(body.lamp, body.lit)
    return DoneReply()


async def sound(call: RequestContext, test: str, body: BuzzerBody) -> DoneReply:
    """Sound the buzzer of the borrowed device."""
    _test(call, test).sound(body.ms)
    return DoneReply()


async def test_unattended(call: RequestContext, body: ActorBody) -> TestedReply:
    """The self-test: asks nobody, and moves nothing."""
    tested = await call.box.device_tests.run_unattended()
    return TestedReply.of(tested=[row.as_json() for row in tested])


def _test(call: RequestContext, name: str) -> DeviceTest:
    return call.box.device_tests.find(name)
