"""The attendee's page: codes, the QR code to show, and what each task still needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from markupsafe import Markup

from boxd.ledger.scanned_code import text_to_scan
from boxd.phones import words
from boxd.phones.attendee_service import AttendeePage
from boxd.phones.qr import svg
from boxd.task import LONGEST_REFERENCE, LONGEST_TEXT, TaskState

_SOON_S = 3  # somebody is waiting for it beside the box or an attendant
_AT_HAND_S = 10  # a code is about to be typed
_LATER_S = 30  # what the attendee does on this phone is shown at once
_TRUE_FOR_S = 900
_VARIANTS_TRUE_FOR_S = 10


def content(
    shown: AttendeePage, link: str, qr: Markup, scans: Mapping[int, Markup], now: datetime
) -> dict[str, object]:
    """What attendee_main.html shows; `qr` is the code for an attendant, as SVG.

    `scans` has what to hold before the box's reader, by the number of the claim code.
    """
    tasks = [words.spoken(task) for task in shown.picture.tasks]
    codes = shown.picture.codes
    judged = [task for task in tasks if task.kind.verdict and task.state is TaskState.OPEN]
    return {
        "again_s": again_s(shown),
        "usable": [code for code in codes if code.number in shown.digits],
        "over": [code for code in codes if code.number not in shown.digits],
        "shown_digits": shown.digits,
        "scans": scans,
        "tasks": tasks,
        "places": shown.picture.places,
        "variants": shown.picture.variants,
        "pictures": shown.picture.pictures,
        "to_win": shown.picture.to_win,
        "has_judged": bool(judged),
        # The QR code is open if only an attendant's verdict is missing in what was begun.
        "is_awaited": any(task.step and words.awaits_verdict(task) for task in judged),
        "qr": qr,
        "link": link,
        "longest_text": LONGEST_TEXT,
        "longest_reference": LONGEST_REFERENCE,
        "now": now,
        "words": words,
    }


def codes_to_scan(shown: AttendeePage) -> dict[int, Markup]:
    """The QR code of each claim code whose digits are known, as SVG."""
    return {
        number: svg(text_to_scan(digits), "QR code for the box")
        for number, digits in shown.digits.items()
        if digits
    }


def again_s(shown: AttendeePage) -> int:
    """After how many seconds the page is checked again."""
    states = [code.state for code in shown.picture.codes]
    is_awaited = any(
        task.state is TaskState.APPROVED or (task.step and words.awaits_verdict(task))
        for task in shown.picture.tasks
    )
    if is_awaited or "in_use" in states:
        return _SOON_S
    return _AT_HAND_S if "ready" in states else _LATER_S


def true_for_s(shown: AttendeePage, now: datetime) -> int:
    """For how many seconds the page is as it is, if nothing happens: until something expires.

    At midnight its times of day become dates.
    """
    here = now.astimezone()
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [task.expires_at for task in shown.picture.tasks if task.expires_at]
    ends += [code.expires_at for code in shown.picture.codes]
    moments = [midnight, *map(datetime.fromisoformat, ends)]
    left = [(each - now).total_seconds() for each in moments if each > now]
    # Whether a variant is left is other people's doing, which no mark of this page follows.
    longest_s = _VARIANTS_TRUE_FOR_S if shown.picture.variants else _TRUE_FOR_S
    return int(min(longest_s, *left))
