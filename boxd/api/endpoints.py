"""From a request to an operation of the API and back: the caller, the operation, the reply."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.api import listener
from boxd.api.authenticator import Authenticator
from boxd.api.bodies import Shape, read
from boxd.api.caller import Caller
from boxd.api.idempotency import answer_once
from boxd.api.json_lines import JsonLines
from boxd.api.listener import Listener
from boxd.api.operations import Operation, PathPart
from boxd.api.queries import read_query, refuse_query
from boxd.api.request_context import BoxContext, RequestContext
from boxd.errors import BadInput
from boxd.organiser.keyed_answers import KeyedRequest

KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,100}")


def routes(operations: Sequence[Operation], gate: Authenticator) -> list[Route]:
    """One route for each path; it serves the operations and lists their methods."""
    known: dict[str, dict[str, Operation]] = {}
    for each in operations:
        known.setdefault(each.path, {})[each.method] = each
    return [_route(path, by_method, gate) for path, by_method in known.items()]


def _route(path: str, known: dict[str, Operation], gate: Authenticator) -> Route:
    async def respond(request: Request) -> Response:
        operation = known["GET" if request.method == "HEAD" else request.method]
        return await _respond(request, operation, gate)

    # What people call an attendee may have slashes.
    return Route(path.replace("{attendee}", "{attendee:path}"), respond, methods=list(known))


async def _respond(request: Request, operation: Operation, gate: Authenticator) -> Response:
    caller = await gate.caller(request, operation)
    key = _key(request)
    context = _context(listener.of(request), operation, caller, key or str(uuid.uuid4()))
    arguments = await _arguments(request, operation)

    async def answer() -> Response:
        found = await operation.handler(context, **arguments)
        if isinstance(found, Response):
            return found
        return Response(found.model_dump_json(), operation.status, media_type="application/json")

    if key is None or not isinstance(context, BoxContext) or not _is_kept(operation, caller):
        return await answer()
    keyed = KeyedRequest(caller.owner, key, _as_text(request, arguments))
    return await answer_once(context.box.keyed_answers, keyed, answer, operation.is_repeatable)


def _context(
    here: Listener, operation: Operation, caller: Caller, key: str
) -> RequestContext | BoxContext:
    """The handler's argument. A box that refuses answers here all that it can't do.

    Raises the error for which it refuses.
    """
    own_key = caller.own_key(key)
    if operation.needs_box:
        box = here.box.require_services()
        return BoxContext(here.box, here.streams, here.feed, caller, own_key, box)
    return RequestContext(here.box, here.streams, here.feed, caller, own_key)


def _is_kept(operation: Operation, caller: Caller) -> bool:
    """Whether keyed replies are stored: of changes that don't recognise a repetition.

    Nothing unnecessary is written for the operator at the box.
    """
    if operation.method == "GET":
        return False
    return caller.role is not None or not operation.is_repeatable


async def _arguments(request: Request, operation: Operation) -> dict[str, Any]:
    shapes = operation.signature
    arguments = {
        name: _of_path(str(request.path_params[name]), name, part)
        for name, part in shapes.path.items()
    }
    if shapes.query is not None:
        arguments["query"] = read_query(request, shapes.query)
    else:
        refuse_query(request)
    if shapes.body is not None:
        arguments["body"] = await read(request, shapes.body, operation.body_limit)
    if shapes.lines is not None:
        arguments["lines"] = JsonLines(request, shapes.lines)
    return arguments


def _of_path(text: str, name: str, part: PathPart) -> Any:
    given = text if part.most is None else listener.number(text, name, part.most)
    try:
        return part.adapter.validate_python(given)
    except ValidationError as error:
        raise BadInput(f"{name}: '{text[:40]}': {error.errors()[0]['msg']}") from None


def _as_text(request: Request, arguments: dict[str, Any]) -> str:
    """The whole request as a canonical text, however its JSON was written."""
    said = [
        value.model_dump_json() if isinstance(value, Shape) else str(value)
        for _, value in sorted(arguments.items())
    ]
    return "\n".join([request.method, request.url.path, *said])


def _key(request: Request) -> str | None:
    given = request.headers.get(KEY_HEADER)
    if given is None or KEY.fullmatch(given):
        return given
    raise BadInput(
        f"{KEY_HEADER}: '{given[:40]}' is not 1 to 100 printable characters without spaces"
    )
