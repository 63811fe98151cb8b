"""Who may use the TCP listener: names of this host, and pages that came from it.

A web page elsewhere can make a browser send requests to loopback. The Host header stops names that
were rebound to it, the Origin header stops foreign pages from pressing buttons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from boxd.web import problems
from boxd.web.api_prefix import PREFIX
from boxd.web.problems import ErrorResponder, RequestError, respond_with_problem

ALWAYS_ALLOWED = ("localhost", "127.0.0.1", "[::1]")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[^:\[\]/@]+?)\.?(:\d{1,5})?")

CONTENT_POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "
SECURITY_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def host_name(header: str) -> str:
    """The name in a Host header, in lower case and without the port; empty if malformed."""
    match = HOST.fullmatch(header.strip())
    return match["name"].lower() if match else ""


def why_host_refused(header: str, allowed: frozenset[str]) -> str:
    """Why a request with this Host header is refused; empty if it is not."""
    if host_name(header) in allowed:
        return ""
    return (
        f"Host '{header[:100]}' is not a name of this box (known: {', '.join(sorted(allowed))}); "
        "open it by one of those, or add the name to web.hosts in the configuration"
    )


def why_origin_refused(headers: Headers, is_secure: bool = False) -> str:
    """Why a changing request with these headers is refused; empty if it is not.

    `is_secure`: it came by TLS. Then a page that came without, which anybody on the way could have
    written, is a foreign one, although it has the box's name.
    """
    origin = headers.get("origin")
    if origin is None:
        if headers.get("sec-fetch-site", "none") in {"none", "same-origin"}:
            return ""
    else:
        scheme, _, name = origin.lower().partition("://")
        schemes = {"https"} if is_secure else {"http", "https"}  # a proxy may have ended TLS
        if name and name == headers.get("host", "").lower() and scheme in schemes:
            return ""
    return (
        f"a page from '{(origin or 'another site')[:100]}' may not press the box's buttons; "
        f"use the box's own, at {headers.get('host', '')[:100]}"
    )


class SameHostOnly:
    """Answers only requests that name this host, and refuses changes by foreign pages."""

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str] = (),
        respond: ErrorResponder = respond_with_problem,
    ) -> None:
        self._app = app
        self._allowed = frozenset(name.lower() for name in (*ALWAYS_ALLOWED, *hosts))
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason."""
        headers = Headers(scope=scope)
        why = why_host_refused(headers.get("host", ""), self._allowed)
        if why:
            refusal = problems.problem(421, "wrong-host", "Misdirected request", why)
            return await refusal(scope, receive, send)
        why = "" if scope["method"] in READING else why_origin_refused(headers)
        if why:
            return await self._respond(Request(scope), _foreign(why))(scope, receive, send)
        return await self._app(scope, receive, send)


class OwnPagesOnly:
    """Refuses changes by foreign pages, unless a token allows them in the API.

    A browser sends cookies by itself, but never a token: with one, the origin does not matter.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: Callable[[], str],
        respond: ErrorResponder = respond_with_problem,
    ) -> None:
        self._app = app
        self._address = address
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason."""
        headers = Headers(scope=scope)
        has_token = "authorization" in headers and scope["path"].startswith(f"{PREFIX}/")
        reads = scope["method"] in READING or has_token
        is_own = headers.get("origin", "").lower() == self._address().lower() != ""
        is_secure = scope["scheme"] == "https"
        why = "" if reads or is_own else why_origin_refused(headers, is_secure)
        if why:
            return await self._respond(Request(scope), _foreign(why))(scope, receive, send)
        return await self._app(scope, receive, send)


def _foreign(why: str) -> RequestError:
    return RequestError(403, "foreign-page", "Forbidden", why)


class OneLengthOnly:
    """Refuses a request that says twice how long it is.

    A proxy in front may have taken the other length: what follows would be somebody else's request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it and end the connection."""
        headers = Headers(scope=scope)
        if "content-length" in headers and "transfer-encoding" in headers:
            why = "Content-Length and Transfer-Encoding are both there; send one of them"
            refusal = problems.problem(400, "two-lengths", "Bad request", why)
            refusal.headers["Connection"] = "close"
            return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


def security_headers(forms: str) -> dict[str, str]:
    """The headers that keep a browser to boxd's own content, and forms to `forms`."""
    return SECURITY_HEADERS | {"Content-Security-Policy": CONTENT_POLICY + forms}


class SecurityHeaders:
    """Adds the headers that keep a browser to boxd's own content.

    `forms` is the allowed destination of forms.
    """

    def __init__(self, app: ASGIApp, forms: str = "'none'") -> None:
        self._app = app
        self._headers = security_headers(forms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to its response's headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)  # a page may set its own
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
