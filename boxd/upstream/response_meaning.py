"""What a response to a batch of events means: received, refused, or to be tried again.

Only a response of the agreed form is believed: a captive portal's login page is no receipt,
whatever its status.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus

from boxd.upstream.exchange import HttpAnswer

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# These concern the address or the secret, not the events: no event is to blame.
_SHUT = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    HTTPStatus.GONE,
    HTTPStatus.MISDIRECTED_REQUEST,
}
_QUOTED = 120


class Meaning(Enum):
    """What follows from a response."""

    RECEIVED = "received"  # upstream has these events now
    REFUSED = "refused"  # for good: the events are at fault
    LATER = "later"  # it passes by itself
    NEEDS_A_PERSON = "needs a person"  # tried again too, but a person has to mend something


@dataclass(frozen=True)
class ResponseMeaning:
    """`received` counts the first events of the batch; `retry_after_s` is upstream's wish."""

    meaning: Meaning
    why: str = ""
    received: int = 0
    retry_after_s: float = 0


def meaning_of(answer: HttpAnswer, sent: Sequence[str], now: datetime) -> ResponseMeaning:
    """What `answer` to the events with the ids `sent` means."""
    status = answer.status
    said = f"{status} {_phrase(status)}"
    if 200 <= status < 300:
        return _of_success(answer, sent)
    if 300 <= status < 400:
        where = answer.headers.get("location", "")[:_QUOTED]
        return _person(f"it redirects ({said}{f' to {where}' if where else ''})")
    if 400 <= status < 500 and _is_page(answer):
        return _person(f"a page answers in its place ({said})")
    if status in _SHUT:
        return _person(f"it lets the box in no more ({said}): look at [upstream] url and secret")
    if 400 <= status < 500 and status not in _LATER:
        return ResponseMeaning(Meaning.REFUSED, f"{said}: {_words(answer)}".removesuffix(": "))
    return ResponseMeaning(Meaning.LATER, said, retry_after_s=_retry_after_s(answer, now))


def _of_success(answer: HttpAnswer, sent: Sequence[str]) -> ResponseMeaning:
    """A receipt names the ids that were sent: all of them, or the first of them in their order."""
    if answer.content_type != "application/json":
        kind = answer.content_type or "no type"
        return _person(f"it answers {answer.status} with {kind} instead of a receipt in JSON")
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return _person(f"it answers {answer.status} with JSON that is none")
    ids = body.get("received") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not ids:
        return _person(f"it answers {answer.status} without saying what it received")
    if ids != list(sent[: len(ids)]):
        return _person(f"it answers {answer.status}, but says that it received something else")
    return ResponseMeaning(Meaning.RECEIVED, received=len(ids))


def _person(why: str) -> ResponseMeaning:
    return ResponseMeaning(Meaning.NEEDS_A_PERSON, why)


def _is_page(answer: HttpAnswer) -> bool:
    return answer.content_type in {"text/html", "application/xhtml+xml"}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"


def _words(answer: HttpAnswer) -> str:
    """The beginning of upstream's text, on one line."""
    text = answer.body[: 4 * _QUOTED].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_QUOTED]


def _retry_after_s(answer: HttpAnswer, now: datetime) -> float:
    """Seconds, given as such or as a date; 0 if there is nothing usable."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return 0
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())
