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
_QUOTED = 120
# Longer than any wait that is kept, and short enough for every calculation with it.
_LONGEST_WISH_S = 999_999_999.0


class Meaning(Enum):
    """What follows from a response."""

    RECEIVED = "received"  # upstream has these events now
    REFUSED = "refused"  # these events, or all that this box sends: `evidence` finds out which
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
    wish_s = _retry_after_s(answer, now)
    if 400 <= status < 500 and status not in _LATER:
        return ResponseMeaning(Meaning.REFUSED, _quoted(answer, said), retry_after_s=wish_s)
    return ResponseMeaning(Meaning.LATER, said, retry_after_s=wish_s)


def _of_success(answer: HttpAnswer, sent: Sequence[str]) -> ResponseMeaning:
    """A receipt names the ids that were sent: all of them, or the first of them in their order."""
    if answer.content_type != "application/json":
        kind = answer.content_type or "no type"
        return _person(f"it answers {answer.status} with {kind} instead of a receipt in JSON")
    if coding := answer.headers.get("content-encoding"):
        return _person(f"it answers {answer.status} in the coding '{coding[:_QUOTED]}', unasked")
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


def _quoted(answer: HttpAnswer, said: str) -> str:
    """The status, and upstream's own words unless they are a page's markup."""
    words = "a page" if _is_page(answer) else _words(answer)
    return f"{said}: {words}".removesuffix(": ")


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
        return min(float(value[:12]), _LONGEST_WISH_S)
    try:
        then = parsedate_to_datetime(value)
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        wish_s = (then - now).total_seconds()
    except (ValueError, OverflowError):  # a date that is none, or beyond the calendar
        return 0
    return min(max(0.0, wish_s), _LONGEST_WISH_S)
