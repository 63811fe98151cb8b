"""Watching and testing devices: on the Unix socket only, like all that commands the box.

A test is an event stream and the requests that name it: when the stream's connection ends, for
whatever reason, the daemon puts everything back. Latches are not moved here; that is an override.
"""

from __future__ import annotations

from typing import cast

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.bays.device_tests import DeviceTest, DeviceTests
from boxd.web import listener
from boxd.web.bodies import ActorBody, BorrowBody, BuzzerBody, LampBody, Shape, read
from boxd.web.device_tail import DeviceTail, Lease

log = structlog.get_logger(__name__)


async def watch(request: Request) -> Response:
    """What happens at the devices, live; digits typed at bays only with `digits=1`."""
    here = listener.of(request)
    only = request.query_params.get("device", "")
    if only:
        _tests(request).rack.device(only)
    with_digits = listener.query_flag(request, "digits")
    if with_digits:
        log.warning("typed digits are watched", actor=here.actor(request.query_params.get("actor")))
    here.streams.refuse_too_many()
    return here.streams.follow(DeviceTail(_tests(request), lambda _: with_digits, only))


async def begin_test(request: Request) -> Response:
    """Begin a test; its first event names it, and the end of the stream ends it."""
    body = await read(request, ActorBody)
    here = listener.of(request)
    here.streams.refuse_too_many()
    return here.streams.follow(Lease(_tests(request), here.actor(body.actor)))


async def borrow(request: Request) -> Response:
    """Put back the device before, and borrow one for the test."""
    body = await read(request, BorrowBody)
    _test(request).borrow(body.device)
    return _done()


async def give_back(request: Request) -> Response:
    """Put the borrowed device back."""
    await read(request, Shape)
    _test(request).give_back()
    return _done()


async def light(request: Request) -> Response:
    """Light a lamp of the borrowed device, or put it out."""
    body = await read(request, LampBody)
    _test(request).light(body.lamp, body.lit)
    return _done()


async def sound(request: Request) -> Response:
    """Sound the buzzer of the borrowed device."""
    body = await read(request, BuzzerBody)
    _test(request).sound(body.ms)
    return _done()


async def test_unattended(request: Request) -> Response:
    """The self-test: asks nobody, and moves nothing."""
    await read(request, ActorBody)
    tested = await _tests(request).run_unattended()
    return JSONResponse({"tested": [row.as_json() for row in tested]})


def _tests(request: Request) -> DeviceTests:
    return listener.box_of(request).device_tests


def _test(request: Request) -> DeviceTest:
    return _tests(request).find(cast(str, request.path_params["test"]))


def _done() -> Response:
    return JSONResponse({"done": True})


ROUTES = [
    Route("/api/v1/devices/events", watch),
    Route("/api/v1/devices/self-test", test_unattended, methods=["POST"]),
    Route("/api/v1/devices/tests", begin_test, methods=["POST"]),
    Route("/api/v1/devices/tests/{test}/device", borrow, methods=["POST"]),
    Route("/api/v1/devices/tests/{test}/put-back", give_back, methods=["POST"]),
    Route("/api/v1/devices/tests/{test}/lamp", light, methods=["POST"]),
    Route("/api/v1/devices/tests/{test}/buzzer", sound, methods=["POST"]),
]
