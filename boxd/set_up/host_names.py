"""By which names the set-up page answers: such as nobody elsewhere can own.

A web page elsewhere can have its own name lead to this card, and then ask here as often as it
likes, by a browser that is near the card. Addresses and names of local networks are no such names.
"""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.phones.page import message, respond
from boxd.web.host_check import host_name
from boxd.words import gettext as _

_OF_LOCAL_NETWORKS = (".local", ".lan", ".internal", ".home.arpa")


def why_name_refused(header: str) -> str:
    """Why a request with this Host header is refused; empty if it is not."""
    name = host_name(header)
    if name and ("." not in name or name.endswith(_OF_LOCAL_NETWORKS) or _is_address(name)):
        return ""
    return (
        f"'{header[:100]}' could be the name of somebody else; open the page by the address that "
        "the box's screen shows, or by the box's name with .local at its end"
    )


class LocalNamesOnly:
    """Refuses requests by any other name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason."""
        why = ""
        if scope["type"] == "http":
            why = why_name_refused(Headers(scope=scope).get("host", ""))
        if why:
            page = message(_("That did not work"), "boxd", why, status=421)
            return await respond(Request(scope), page)(scope, receive, send)
        return await self._app(scope, receive, send)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
