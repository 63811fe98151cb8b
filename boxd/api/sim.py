"""The simulated front for people and programs; these routes exist only in simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.api import listener
from boxd.api.bodies import Shape, read
from boxd.devices import DoorState, Key
from boxd.web.stream import FrontFeed

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware


class KeysBody(Shape):
    """Keys to press on a simulated keypad."""

    example = '{"keys": ["1", "2", "Enter"]}'

    keys: tuple[Key, ...] = Field(min_length=1, max_length=64)


class HeldBody(Shape):
    """What is held before a simulated scanner."""

    example = '{"text": "BOXD12345674"}'

    text: str = Field(min_length=1, max_length=200)


class DoorBody(Shape):
    """A simulated door to move."""

    example = '{"state": "closed"}'

    state: Literal[DoorState.OPEN, DoorState.CLOSED]


class FaultBody(Shape):
    """A simulated part to break or mend."""

    example = '{"device": "board-0", "fault": "unplug"}'

    device: str = Field(min_length=1, max_length=64)
    fault: str = Field(min_length=1, max_length=64)
    key: Key | None = None


def routes(front: SimulatedHardware, feed: FrontFeed) -> list[Route]:
    """The routes of one simulated front."""

    async def state(_request: Request) -> Response:
        return JSONResponse(front.state())

    async def events(request: Request) -> Response:
        return listener.of(request).streams.respond(feed)

    async def press(request: Request) -> Response:
        body = await read(request, KeysBody)
        await front.press(request.path_params["bay"], list(body.keys))
        return JSONResponse(front.state())

    async def press_operator(request: Request) -> Response:
        body = await read(request, KeysBody)
        await front.press_operator(list(body.keys))
        return JSONResponse(front.state())

    async def scan(request: Request) -> Response:
        front.scan(request.path_params["device"], (await read(request, HeldBody)).text)
        return JSONResponse(front.state())

    async def move_door(request: Request) -> Response:
        locker = listener.path_number(request, "locker")
        front.set_door(locker, (await read(request, DoorBody)).state)
        return JSONResponse(front.state())

    async def fault(request: Request) -> Response:
        body = await read(request, FaultBody)
        front.fault(body.device, body.fault, body.key or "")
        return JSONResponse(front.state())

    return [
        Route("/sim/api/state", state),
        Route("/sim/events", events),
        _post("/sim/api/bays/{bay}/keys", press),
        _post("/sim/api/operator/keys", press_operator),
        _post("/sim/api/readers/{device}/scan", scan),
        _post("/sim/api/lockers/{locker}/door", move_door),
        _post("/sim/api/faults", fault),
    ]


def _post(path: str, endpoint: Any) -> Route:
    return Route(path, endpoint, methods=["POST"])
