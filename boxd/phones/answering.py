"""What the phones' pages share: their address, and how they show errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from boxd.errors import BoxdError
from boxd.machine_clock import utc_now
from boxd.phones.page import HtmlPage, message, respond
from boxd.phones.words import until_again
from boxd.web import problems
from boxd.web.api_prefix import PREFIX
from boxd.web.problems import RequestError
from boxd.words import N_, translate
from boxd.words import gettext as _

Handler = Callable[[Request], Awaitable[Response]]

_TITLES = {
    HTTPStatus.UNAUTHORIZED: N_("Who are you?"),
    HTTPStatus.FORBIDDEN: N_("Not allowed on this phone"),
    HTTPStatus.NOT_FOUND: N_("This link does not work"),
    HTTPStatus.CONFLICT: N_("Not accepted"),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("Something is missing"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("That is too long"),
}
_NOT_HERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
_NOTHING = N_("Scan the QR code on your sheet or badge, or a sign, once more.")
_BROKEN = N_("Go back and try again. If it stays like this, ask at the booth.")
MOMENT = N_("One moment, please")
BY_ITSELF = N_(
    "The box can't take this just now. Nothing is lost: the page tries again by itself in {}."
)
AGAIN = N_("The box can't take this just now. Go back and try again in {}: nothing was changed.")
TRY_AGAIN_S = 4


@dataclass(frozen=True)
class SiteInfo:
    """The box's name, and the address at which phones reach the pages; both may change.

    `has_reader`: a code may be held before a scanner instead of being typed. `bays` are the names
    of the bays by id.
    """

    named: Callable[[], str]
    reached_at: Callable[[], str]
    now: Callable[[], datetime] = utc_now
    has_reader: bool = False
    bays: Mapping[str, str] = field(default_factory=dict)

    @property
    def box(self) -> str:
        """What people call the box now."""
        return self.named()

    @property
    def address(self) -> str:
        """Where phones reach the pages now."""
        return self.reached_at()

    @property
    def is_secure(self) -> bool:
        """Whether phones connect by TLS."""
        return self.address.startswith("https://")


def respond_to_error(place: SiteInfo, request: Request, error: BoxdError) -> Response:
    """The reply to a request that fails outside of a page: a page for people, else a problem."""
    if request.url.path.startswith(f"{PREFIX}/"):
        return problems.of_error(error)
    return respond(request, _told(place, request, error))


def respond_on_loopback(place: SiteInfo, request: Request, error: BoxdError) -> Response:
    """The reply to a failed request at the box's own address: a page for a browser's window."""
    if "text/html" in request.headers.get("accept", ""):
        return respond_to_error(place, request, error)
    return problems.of_error(error)


def answered(place: SiteInfo, handler: Handler) -> Handler:
    """Wrap the handler: its errors become pages that people can read."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except BoxdError as error:
            return respond(request, _told(place, request, error))

    return answer


def _told(place: SiteInfo, request: Request, error: BoxdError) -> HtmlPage:
    """The page for an error. Attendees get no explanation of what only a maintainer can mend."""
    status = problems.of_error(error).status_code
    if isinstance(error, RequestError) and status in _NOT_HERE:
        return message(_("There is nothing here"), place.box, _(_NOTHING), status=status)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return message(_("That did not work"), place.box, _(_BROKEN), status=status)
    if status in _TITLES:
        return message(
            _(_TITLES[HTTPStatus(status)]), place.box, translate(str(error)), status=status
        )
    wait_s, headers = TRY_AGAIN_S, {"Retry-After": str(TRY_AGAIN_S)}
    if isinstance(error, RequestError):
        headers |= error.headers
        wait_s = int(headers["Retry-After"])
    reads = request.method == "GET"
    line = _(BY_ITSELF if reads else AGAIN).format(until_again(wait_s))
    is_limited = status == HTTPStatus.TOO_MANY_REQUESTS
    return replace(
        message(_(MOMENT), place.box, line, status=status if is_limited else 503),
        refresh_s=wait_s if reads else None,
        script="waiting.js" if reads else "",
        headers=headers,
    )


def see(path: str, headers: dict[str, str] | None = None) -> Response:
    """Send the browser to another page of the box."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers)


def cookie(place: SiteInfo, name: str, value: str, path: str, same_site: str, age_s: int) -> str:
    """A Set-Cookie header that no script can read."""
    secure = "; Secure" if place.is_secure else ""
    return f"{name}={value}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite={same_site}{secure}"
