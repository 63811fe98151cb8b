"""What an HTTP answer to a notice means."""

from __future__ import annotations

from http import HTTPStatus

from boxd.notices.way import NotReached, NotTaken
from boxd.upstream.exchange import HttpAnswer

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def check(answer: HttpAnswer) -> None:
    """Raise NotReached or NotTaken unless it was taken; a login page has taken nothing."""
    status = answer.status
    if status >= 500 or status in _LATER:
        raise NotReached(f"it answers {status}")
    if not 200 <= status < 300:
        raise NotTaken(f"it refuses the notice ({status})")
    if answer.content_type == "text/html":
        raise NotTaken(f"a page answers in its place ({status})")
