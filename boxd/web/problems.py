"""Errors as problem details (RFC 9457): each names the input, the rule and the remedy."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from boxd.errors import (
    BackupFailed,
    BadInput,
    BoxdError,
    DeliveryUnknown,
    DeviceUnreachable,
    KeysMissing,
    LedgerDamaged,
    LedgerTooNew,
    LedgerUnusable,
    NotFound,
    NotKnownYet,
    Refused,
    TemporalUnavailable,
)

PROBLEM_TYPE = "application/problem+json"

KINDS: dict[type[BoxdError], tuple[int, str, str]] = {
    BadInput: (422, "bad-input", "The request breaks a rule"),
    NotFound: (404, "not-found", "No such thing"),
    Refused: (409, "refused", "Refused"),
    TemporalUnavailable: (503, "temporal-unavailable", "Nothing can be decided just now"),
    LedgerDamaged: (503, "ledger-damaged", "The ledger is damaged"),
    LedgerTooNew: (503, "ledger-too-new", "The ledger is of a newer boxd"),
    LedgerUnusable: (503, "ledger-unusable", "The ledger can't be used just now"),
    BackupFailed: (503, "backup-failed", "No backup could be made"),
    KeysMissing: (503, "keys-missing", "A key file is missing"),
    NotKnownYet: (503, "not-known-yet", "Not known yet"),
    DeviceUnreachable: (503, "device-unreachable", "The device is not there"),
    DeliveryUnknown: (503, "delivery-unknown", "It is not known whether the order arrived"),
}

REMEDIES = {
    404: "There is nothing at {path}; GET / is the operator's screen, GET /api/v1/status the box.",
    405: "{path} does not take {method}; look at docs/architecture.md for the routes.",
}


class RequestError(BoxdError):
    """A problem of the web layer itself; `kind` ends the problem's type."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.title = status, kind, title
        self.headers = dict(headers or {})


def problem(status: int, kind: str, title: str, detail: str, **more: Any) -> Response:
    """A problem as a response; `more` are further members of the object."""
    body = {"type": f"urn:boxd:problem:{kind}", "title": title, "status": status, "detail": detail}
    headers = {"Retry-After": "2"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(
        json.dumps(body | more, ensure_ascii=False),
        status,
        headers,
        media_type=PROBLEM_TYPE,
    )


def of_error(error: BoxdError) -> Response:
    """The problem for an error of the box."""
    if isinstance(error, RequestError):
        response = problem(error.status, error.kind, error.title, str(error))
        response.headers.update(error.headers)
        return response
    for kind, (status, name, title) in KINDS.items():
        if isinstance(error, kind):
            return problem(status, name, title, str(error))
    return problem(500, "failed", "The box could not do that", str(error))


def refused(_request: Request, error: BoxdError) -> Response:
    """The problem for a request that is refused before anything is done."""
    return of_error(error)


async def _boxd_error(_request: Request, error: Exception) -> Response:
    return of_error(cast(BoxdError, error))


async def _http_exception(request: Request, raised: Exception) -> Response:
    error = cast(HTTPException, raised)
    title = HTTPStatus(error.status_code).phrase
    remedy = REMEDIES.get(error.status_code, error.detail)
    detail = remedy.format(path=request.url.path, method=request.method)
    response = problem(error.status_code, title.lower().replace(" ", "-"), title, detail)
    response.headers.update(error.headers or {})
    return response


async def _unexpected(_request: Request, _error: Exception) -> Response:
    detail = "boxd made a mistake; its log has the details: journalctl -u boxd"
    return problem(500, "failed", "The box could not do that", detail)


HANDLERS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    BoxdError: _boxd_error,
    HTTPException: _http_exception,
    Exception: _unexpected,
}
