"""An operation of the API: its path, who may call it, and its shapes.

The shapes come from the handler's signature: `context` first, then `query` and `body` (or `lines`:
`JsonLines`) if it takes them, and each part of the path by name. They check requests, form replies,
and make the OpenAPI document.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter
from starlette.responses import Response

from boxd.api.bodies import Shape
from boxd.api.queries import Query
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext, RequestContext
from boxd.roles import Role
from boxd.web.request_body import BODY_LIMIT

STREAM = "text/event-stream"

Handler = Callable[..., Awaitable[ReplyModel | Response]]
_IN_PATH = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class PathPart:
    """A part of a path: its check, and the highest number; None for a text."""

    adapter: TypeAdapter[Any]
    most: int | None


@dataclass(frozen=True)
class Signature:
    """The shapes of an operation; `reply` is None for a stream."""

    path: dict[str, PathPart]
    query: type[Query] | None
    body: type[Shape] | None
    lines: type[Shape] | None
    reply: type[ReplyModel] | None
    context: type[RequestContext]


@dataclass(frozen=True)
class Operation:
    """One method of one path. `roles` may call it with a token.

    `hud`: also without a token, on loopback. `socket_only`: only for the commands.
    `is_repeatable`: it recognises a repeated key itself. `media_type` is that of a reply without a
    shape.
    """

    method: str
    path: str
    handler: Handler
    roles: frozenset[Role] = frozenset()
    hud: bool = False
    socket_only: bool = False
    status: int = 200
    is_repeatable: bool = False
    body_limit: int = BODY_LIMIT
    media_type: str = STREAM

    @cached_property
    def signature(self) -> Signature:
        """The shapes in the handler's signature."""
        hints = get_type_hints(self.handler, include_extras=True)
        path = {name: _path_part(hints[name]) for name in _IN_PATH.findall(self.path)}
        return Signature(
            path=path,
            query=hints.get("query"),
            body=hints.get("body"),
            lines=_line(hints.get("lines")),
            reply=_reply(hints["return"]),
            context=hints["context"],
        )

    @property
    def needs_box(self) -> bool:
        """Whether only a running box can do it; its handler then takes a `BoxContext`."""
        return issubclass(self.signature.context, BoxContext)

    @property
    def summary(self) -> str:
        """What it does: the first line of the handler's docstring."""
        return (self.handler.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def name(self) -> str:
        """Its name for programs."""
        return self.handler.__name__


def _reply(returned: Any) -> type[ReplyModel] | None:
    """The shape of the return value; a handler may also return a problem itself."""
    for each in get_args(returned) or (returned,):
        if issubclass(each, ReplyModel):
            shape: type[ReplyModel] = each
            return shape
    return None


def _line(given: Any) -> type[Shape] | None:
    """The shape of each line, of a handler that takes `JsonLines`."""
    shape: type[Shape] | None = get_args(given)[0] if given else None
    return shape


def _path_part(shape: Any) -> PathPart:
    adapter = TypeAdapter(shape)
    schema = adapter.json_schema()
    return PathPart(adapter, schema["maximum"] if schema.get("type") == "integer" else None)
