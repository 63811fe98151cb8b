"""What a request handler needs to know: the box, and which listener it speaks through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from boxd.errors import BadInput
from boxd.web import problems
from boxd.web.box import BoxServices
from boxd.web.stream import Streams

HUD_ACTOR = "operator (HUD)"


@dataclass(frozen=True)
class Listener:
    """One listener's view of the box. `on_socket` is the Unix socket of the commands."""

    box: BoxServices
    streams: Streams
    on_socket: bool

    def actor(self, named: str | None) -> str:
        """Who acts: on the socket whoever is named; over TCP nobody is known by name."""
        if not self.on_socket:
            return f"{named} (over HTTP)" if named else HUD_ACTOR
        if not named:
            raise BadInput("actor: who does this is missing; give 'actor', the name of a person")
        return named


def of(request: Request) -> Listener:
    """The listener that took the request."""
    return cast(Listener, request.app.state.listener)


def box_of(request: Request) -> BoxServices:
    """The box behind the listener that took the request."""
    return of(request).box


async def only_on_socket(request: Request) -> Response:
    """The answer to what is never done over TCP."""
    detail = (
        f"{request.method} {request.url.path} answers on the box's Unix socket only; "
        "use the boxd command on the box itself, see boxd --help"
    )
    return problems.problem(403, "socket-only", "Forbidden", detail)


def query_number(request: Request, name: str, default: int, most: int) -> int:
    """A whole number from the query, from 0 to `most`; raises BadInput otherwise."""
    return number(request.query_params.get(name, str(default)), name, most)


def path_number(request: Request, name: str, most: int = 2**31) -> int:
    """A whole number from the path; raises BadInput otherwise."""
    return number(cast(str, request.path_params[name]), name, most)


def number(text: str, name: str, most: int) -> int:
    """`text` as a whole number from 0 to `most`; raises BadInput otherwise."""
    if text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most:
        return int(text)
    raise BadInput(f"{name}: '{text[:40]}' is no whole number from 0 to {most}")


def query_flag(request: Request, name: str) -> bool:
    """Whether the query says `name=1`; raises BadInput for anything but 0, 1 or nothing."""
    value = request.query_params.get(name, "0")
    if value not in {"", "0", "1", "true", "false"}:
        raise BadInput(f"{name}: '{value[:40]}' is neither 0 nor 1; leave it out or give 1")
    return value in {"1", "true"}
