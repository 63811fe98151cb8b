"""The way to the running daemon: HTTP over its Unix socket, and what its errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from boxd.cli.setting import configuration
from boxd.cli.waiting import waiting
from boxd.errors import BadInput, BoxdError, NotFound, Refused, TemporalUnavailable

if TYPE_CHECKING:
    import httpx

# An override waits for a latch and a door, an answer for a workflow: seconds, on a slow Pi.
ANSWER_WITHIN_S = 30.0
CONNECT_WITHIN_S = 3.0

_ERRORS: dict[int, type[BoxdError]] = {
    400: BadInput,
    404: NotFound,
    409: Refused,
    422: BadInput,
    503: TemporalUnavailable,
}


def get(path: str, **parameters: str | int | None) -> Any:
    """What the daemon says at `path`; raises the BoxdError that its problem stands for."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return _ask("GET", path, params=given)


def post(path: str, body: Mapping[str, object], key: str | None = None) -> Any:
    """Ask the daemon to change something; None in `body` are left out.

    `key` makes a repetition of the same request harmless.
    """
    given = {name: value for name, value in body.items() if value is not None}
    headers = {"Idempotency-Key": key} if key else {}
    return _ask("POST", path, json=given, headers=headers)


def _ask(method: str, path: str, **request: Any) -> Any:
    import httpx

    socket = configuration().socket_file
    timeout = httpx.Timeout(ANSWER_WITHIN_S, connect=CONNECT_WITHIN_S)
    transport = httpx.HTTPTransport(uds=str(socket))
    with httpx.Client(transport=transport, base_url="http://localhost", timeout=timeout) as client:
        try:
            with waiting("waiting for boxd"):
                response = client.request(method, path, **request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise BoxdError(_why_unreachable(socket)) from error
        except httpx.TransportError as error:
            raise BoxdError(_why_unanswered(method, error)) from error
    return _body(response)


def _why_unreachable(socket: Path) -> str:
    try:
        socket.stat()
    except PermissionError:
        return _why_forbidden(socket)
    except OSError:
        return _why_silent(socket)
    import os

    if not os.access(socket, os.R_OK | os.W_OK):
        return _why_forbidden(socket)
    return _why_silent(socket)


def _why_silent(socket: Path) -> str:
    return (
        f"boxd does not answer on {socket}: is it running? "
        "See `systemctl status boxd`, or start it with `make run`"
    )


def _why_forbidden(socket: Path) -> str:
    return (
        f"you may not use {socket}: its permissions say who may command this box. "
        "Run the command with sudo, or join the socket's group "
        "(`sudo usermod -aG boxd $USER`, then log in again)"
    )


def _why_unanswered(method: str, error: httpx.TransportError) -> str:
    import httpx

    what = (
        f"boxd has not answered within {ANSWER_WITHIN_S:.0f} s"
        if isinstance(error, httpx.TimeoutException)
        else "boxd went away before it answered"
    )
    if method == "GET":
        return f"{what}; try again, and see `systemctl status boxd`"
    return (
        f"{what}: whether it did what was asked is not known. "
        "Look at `boxd status` and `boxd audit tail` before you repeat it"
    )


def _body(response: httpx.Response) -> Any:
    try:
        body = response.json()
    except ValueError as error:
        raise BoxdError(
            f"boxd answered {response.status_code} with something that is not JSON; "
            "is the socket in [web] this box's own? See `boxd config show`"
        ) from error
    if response.is_success:
        return body
    error_class = _ERRORS.get(response.status_code, BoxdError)
    raise error_class(_problem(body) or f"boxd answered {response.status_code}; see its log")


def _problem(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    return str(body.get("detail") or body.get("title") or "")


def quoted(name: str) -> str:
    """`name` as one part of a path."""
    return quote(name, safe="")
