"""Requests to the running daemon: HTTP over its Unix socket, and what its errors mean.

It uses the standard library's client: a command starts twice as fast as with a larger one, which
saves half a second on a Pi; and a socket that can't be used keeps its own error.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from boxd.cli.context import configuration
from boxd.cli.spinner import waiting
from boxd.daemon_socket import SocketConnection
from boxd.errors import BadInput, BoxdError, NotFound, Refused, TemporalUnavailable

Event = tuple[str, Any]
"""An event's name and data."""


class Unanswered(BoxdError):
    """The daemon has not answered: whether it did what was asked is not known."""


_ERRORS: dict[int, type[BoxdError]] = {
    400: BadInput,
    404: NotFound,
    409: Refused,
    422: BadInput,
    503: TemporalUnavailable,
}


def get(path: str, **parameters: str | int | None) -> Any:
    """The daemon's answer at `path`. Raises the BoxdError of its problem."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return _ask("GET", f"{path}?{urlencode(given)}" if given else path)


def get_from(socket_file: Path, path: str, within_s: float) -> Any:
    """Like `get`, from the daemon behind this socket, without a spinner."""
    return _answer(SocketConnection(socket_file, within_s), "GET", path, None, {})


def post(
    path: str,
    body: Mapping[str, object],
    key: str | None = None,
    within_s: float | None = None,
) -> Any:
    """Ask the daemon to change something; None in `body` are left out.

    `key` makes a repetition of the same request harmless; `within_s` is for requests that take
    longer than usual.
    """
    given = {name: value for name, value in body.items() if value is not None}
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    return _ask("POST", path, json.dumps(given).encode(), headers, within_s)


def post_lines(path: str, lines: str, within_s: float) -> Any:
    """The same with a body of one JSON object on each line, which may be of any length."""
    headers = {"Content-Type": "application/x-ndjson"}
    return _ask("POST", path, lines.encode(), headers, within_s)


class Events:
    """The daemon's events, until it or `end` closes the connection."""

    def __init__(self, connection: HTTPConnection, response: HTTPResponse) -> None:
        self._connection = connection
        self._response = response

    def __iter__(self) -> Iterator[Event]:
        """Each event; comments, which only show that the daemon lives, are skipped."""
        name = ""
        try:
            while line := self._response.readline():
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)
        except (OSError, HTTPException) as error:
            raise BoxdError("boxd went away; see `systemctl status boxd`") from error

    def end(self) -> None:
        """Close the connection, also while another thread reads from it."""
        with suppress(OSError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def events(method: str, path: str, body: Mapping[str, object] | None = None) -> Iterator[Events]:
    """The daemon's events at `path`; the connection is closed with the block."""
    given = None if body is None else json.dumps(body).encode()
    connection = SocketConnection(configuration().socket_file)
    with closing(connection):
        response = _response(connection, method, path, given, {})
        if response.status != HTTPStatus.OK:
            _understood(response.status, response.read())
        yield Events(connection, response)


def quoted(name: str) -> str:
    """`name` as one part of a path."""
    return quote(name, safe="", errors="surrogateescape")


def _ask(
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    within_s: float | None = None,
) -> Any:
    connection = SocketConnection(configuration().socket_file, within_s)
    with waiting("waiting for boxd"):
        return _answer(connection, method, path, body, headers or {})


def _answer(
    connection: SocketConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> Any:
    with closing(connection):
        response = _response(connection, method, path, body, headers)
        try:
            content = response.read()
        except (OSError, HTTPException) as error:
            raise Unanswered(_why_unanswered(method, error, connection)) from error
    return _understood(response.status, content)


def _response(
    connection: HTTPConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> HTTPResponse:
    try:
        connection.request(method, path, body, dict(headers))
        return connection.getresponse()
    except (OSError, HTTPException) as error:
        raise Unanswered(_why_unanswered(method, error, connection)) from error


def _why_unanswered(method: str, error: Exception, connection: HTTPConnection) -> str:
    what = (
        f"boxd has not answered within {connection.timeout:.0f} s"
        if isinstance(error, TimeoutError)
        else "boxd went away before it answered"
    )
    if method == "GET":
        return f"{what}; try again, and see `systemctl status boxd`"
    return (
        f"{what}: whether it did what was asked is not known. "
        "Look at `boxd status` and `boxd audit tail` before you repeat it"
    )


def _understood(status: int, content: bytes) -> Any:
    try:
        body = json.loads(content)
    except ValueError as error:
        raise BoxdError(
            f"boxd answered {status} with something that is not JSON; "
            "is the socket in [web] this box's own? See `boxd config show`"
        ) from error
    if 200 <= status < 300:
        return body
    raise _ERRORS.get(status, BoxdError)(_problem(body) or f"boxd answered {status}; see its log")


def _problem(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    return str(body.get("detail") or body.get("title") or "")
