"""A section of the console: its pages, and what can be done on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from boxd.api.operations import Handler
from boxd.console.visit import ConsoleVisit
from boxd.web.request_body import BODY_LIMIT

Show = Callable[[ConsoleVisit], Awaitable[Response]]
"""Makes a page."""
HOME = "/o"


@dataclass(frozen=True)
class Act:
    """What a posted form does. If it is refused, `back` shows its page again with the reason."""

    do: Show
    back: Show


@dataclass(frozen=True)
class ConsoleSection:
    """Pages under `path`, for roles that may call the operation `needs`.

    `show` makes the section's page; `pages` and `acts` are further paths below it, read and posted.
    `said` are the words after an act, by the key in the address.
    """

    path: str
    title: str
    needs: Handler
    show: Show
    pages: Mapping[str, Show] = field(default_factory=dict)
    acts: Mapping[str, Act] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    body_limit: int = BODY_LIMIT


def go(path: str, **query: str) -> Response:
    """Send the browser on after an act; `said` names what was done."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return RedirectResponse(f"{path}?{asked}" if asked else path, HTTPStatus.SEE_OTHER)
