"""Whom a request comes from, for the limits: a card or a person, where one is known.

A venue may give all its phones one address. A phone with a card's link, or of the staff, is then
counted by itself: neither the crowd nor a stranger at the same address uses up its requests.
"""

from __future__ import annotations

import re

from starlette.requests import Request

from boxd.phones.attendee_routes import COOKIE as ATTENDEE_COOKIE
from boxd.phones.links import LinkKind, Signer
from boxd.staff.service import COOKIE as STAFF_COOKIE
from boxd.staff.service import StaffService

_OWN_PAGE = re.compile(r"/a/([A-Za-z0-9_-]{24,64})(/.*)?")


class KnownClients:
    """Tells known clients apart, without asking the ledger."""

    def __init__(self, signer: Signer, staff: StaffService) -> None:
        self._signer = signer
        self._staff = staff

    def name_of(self, request: Request) -> str | None:
        """The client's name; None if only its address is known."""
        session = self._staff.recent(request.cookies.get(STAFF_COOKIE, ""))
        if session is not None:
            return f"session {session}"
        own = _OWN_PAGE.fullmatch(request.url.path)
        given = own[1] if own else request.cookies.get(ATTENDEE_COOKIE, "")
        link = self._signer.read(LinkKind.ATTENDEE, given)
        return None if link is None else f"card {link.attendee}.{link.generation}"
