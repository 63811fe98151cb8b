"""Who may pass: checks a request's token or a person's session, its role, and its rate."""

from __future__ import annotations

from starlette.requests import Request

from boxd.api import task_scopes
from boxd.api.caller import AuthMethod, Caller
from boxd.api.listener import ListenerKind
from boxd.api.operations import Operation
from boxd.api.services import ServedBox
from boxd.errors import BoxdError
from boxd.ledger.staff_sessions import StaffSession
from boxd.ledger.tokens import Token
from boxd.staff.service import COOKIE
from boxd.web.problems import RequestError
from boxd.web.rate_limits import RateLimit

_SCHEME = "bearer "


class Authenticator:
    """The gate of one listener. `limit` counts requests by token and by session."""

    def __init__(self, kind: ListenerKind, box: ServedBox, limit: RateLimit) -> None:
        self._kind = kind
        self._box = box
        self._limit = limit

    async def caller(self, request: Request, operation: Operation) -> Caller:
        """The caller. Raises RequestError if the request is not allowed: 401, 403 or 429."""
        if self._kind is ListenerKind.SOCKET:
            return Caller(AuthMethod.COMMANDS)
        if operation.socket_only:
            raise _only_on_socket(request)
        given = request.headers.get("authorization")
        if given is None:
            return await self._without_token(request, operation)
        token = await self._token(given)
        if token.role not in operation.roles:
            raise _not_for(f"token '{token.name}'", token.role, operation)
        if token.only and operation.name not in token.only:
            raise _narrowed(token, operation)
        return _scoped(Caller(AuthMethod.TOKEN, token), operation)

    async def _without_token(self, request: Request, operation: Operation) -> Caller:
        """The person whose device it is; at the box itself the screen, which may do less."""
        is_hud = operation.hud and self._kind is ListenerKind.LOOPBACK
        session = await self._session(request)
        if session is not None and (_may(session, operation) or not is_hud):
            return self._person(session, operation)
        if is_hud:
            return Caller(AuthMethod.HUD)
        raise _unauthorised(
            "session-ended" if COOKIE in request.cookies else "token-needed",
            f"{operation.method} {operation.path} needs a token: send 'Authorization: Bearer ...';"
            " `boxd tokens create` on the box makes one. People sign in by an invitation: `boxd"
            " staff invite`. On the box itself use the boxd command",
        )

    async def _session(self, request: Request) -> StaffSession | None:
        cookie = request.cookies.get(COOKIE, "")
        if not cookie or isinstance(self._box.services, BoxdError):
            return None
        return await self._box.services.staff.session(cookie)

    def _person(self, session: StaffSession, operation: Operation) -> Caller:
        """The person. That no foreign page asks, the listener has seen: boxd/web/host_check.py."""
        self._limit.take(f"session {session.id}", f"{session.name}'s {session.device}")
        if session.role not in operation.roles:
            raise _not_for(session.name, session.role, operation)
        return _scoped(Caller(AuthMethod.SESSION, session=session), operation)

    async def _token(self, given: str) -> Token:
        secret = given[len(_SCHEME) :].strip()
        known = given[: len(_SCHEME)].lower() == _SCHEME
        tokens = self._box.require_services().tokens
        token = await tokens.of_secret(secret) if known else None
        if token is None:
            raise _unauthorised(
                "token-unknown",
                "this token is wrong, unknown, revoked or expired; `boxd tokens list` on the box"
                " shows those that are good, `boxd tokens create` makes one",
            )
        self._limit.take(token.name, f"token '{token.name}'")
        return token


def _may(session: StaffSession, operation: Operation) -> bool:
    is_in_scope = task_scopes.has_operation(session.scope, operation.name)
    return session.role in operation.roles and is_in_scope


def _scoped(caller: Caller, operation: Operation) -> Caller:
    """The caller. Raises RequestError if the operation is outside of the caller's scope."""
    if not task_scopes.has_operation(caller.scope, operation.name):
        raise task_scopes.not_for(caller)
    return caller


def _narrowed(token: Token, operation: Operation) -> RequestError:
    detail = (
        f"token '{token.name}' was made for {', '.join(token.only)}, and this is {operation.name};"
        " use another token"
    )
    return RequestError(403, "role", "Not for this token", detail)


def _only_on_socket(request: Request) -> RequestError:
    detail = (
        f"{request.method} {request.url.path} answers on the box's Unix socket only; "
        "use the boxd command on the box itself, see boxd --help"
    )
    return RequestError(403, "socket-only", "Forbidden", detail)


def _unauthorised(kind: str, detail: str) -> RequestError:
    headers = {"WWW-Authenticate": 'Bearer realm="boxd"'}
    return RequestError(401, kind, "A token is needed", detail, headers)


def _not_for(who: str, role: str, operation: Operation) -> RequestError:
    allowed = ", ".join(sorted(operation.roles)) or "nobody by token"
    detail = (
        f"{who} has the role {role}, and {operation.method} {operation.path}"
        f" is for: {allowed}; use a token with such a role, or ask an organiser"
    )
    return RequestError(403, "role", "Not for this role", detail)
