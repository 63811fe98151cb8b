"""The language that a request wishes: the reader's own choice, else their browser's."""

from __future__ import annotations

from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie

COOKIE = "boxd_language"


def wished(cookies: str, accepted: str, known: Collection[str], fallback: str) -> str:
    """The first language of `known` that the headers Cookie and Accept-Language wish."""
    chosen = _chosen(cookies)
    if chosen in known:
        return chosen
    return next((each for each in _accepted(accepted) if each in known), fallback)


def _chosen(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first, without their countries."""
    weighed = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]
