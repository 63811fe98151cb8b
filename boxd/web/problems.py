"""Errors as problem details (RFC 9457): each names the input, the rule and the remedy."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from boxd import words
from boxd.errors import (
    BackupFailed,
    BadInput,
    BeingSetUpAgain,
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
    BeingSetUpAgain: (503, "being-set-up", "Being set up again"),
    TemporalUnavailable: (503, "temporal-unavailable", "Nothing can be decided just now"),
    LedgerDamaged: (503, "ledger-damaged", "The ledger is damaged"),
    LedgerTooNew: (503, "ledger-too-new", "The ledger is of a newer boxd"),
    NotKnownYet: (503, "not-known-yet", "Not known yet"),
    LedgerUnusable: (503, "ledger-unusable", "The ledger can't be used just now"),
    BackupFailed: (503, "backup-failed", "No backup could be made"),
    KeysMissing: (503, "keys-missing", "A key file is missing"),
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
    body = {
        "type": f"urn:boxd:problem:{kind}",
        "title": title,
        "status": status,
        "detail": words.translate(detail),
    }
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


ErrorResponder = Callable[[Request, BoxdError], Response]
"""How an error is answered: a page for people, a problem for programs."""


def respond_with_problem(_request: Request, error: BoxdError) -> Response:
    """The problem for whoever asked."""
    return of_error(error)


def handlers(
    respond: ErrorResponder = respond_with_problem,
) -> dict[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    """What an application does with errors that no handler of its own has caught."""

    async def boxd_error(request: Request, error: Exception) -> Response:
        return respond(request, cast(BoxdError, error))

    async def http_exception(request: Request, raised: Exception) -> Response:
        return respond(request, _of_http_exception(request, cast(HTTPException, raised)))

    async def unexpected(request: Request, _error: Exception) -> Response:
        detail = "boxd made a mistake; its log has the details: journalctl -u boxd"
        error = RequestError(500, "failed", "The box could not do that", detail)
        return respond(request, error)

    return {BoxdError: boxd_error, HTTPException: http_exception, Exception: unexpected}


def _of_http_exception(request: Request, error: HTTPException) -> RequestError:
    title = HTTPStatus(error.status_code).phrase
    remedy = REMEDIES.get(error.status_code, error.detail)
    detail = remedy.format(path=request.url.path, method=request.method)
    kind = title.lower().replace(" ", "-")
    return RequestError(error.status_code, kind, title, detail, error.headers)
