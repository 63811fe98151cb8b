"""An event as it is run: 200 phones, 5 consoles, 50 attendees, 2 attendants beside the keypad."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.box import Box
from bench.consoles import opened
from bench.crowd import polling
from bench.figures import Figure, milliseconds, spread
from bench.pages import open_to_phones
from bench.progress import tell
from bench.redeeming import Seen, redeem_all

PHONES, CONSOLES, ATTENDEES, ATTENDANTS = 200, 5, 50, 2
ROUNDS = 3
MOST = 1.2
_ALL_WITHIN_S = 240.0


def figures(folder: Path, n: int) -> Iterator[Figure]:
    """`n` redemptions with nobody looking and `n` with all of them, then the attendees."""
    tell(f"{n} redemptions alone, {n} beside {PHONES} phones and {CONSOLES} consoles")
    box = Box(folder)
    port = urlsplit(open_to_phones(box)).port
    assert port is not None
    try:
        box.start_and_wait()
        box.wait_for_phones()
        box.stock("mug", 2 * n + ATTENDEES + 10)
        yield from _beside(box, port, n)
        yield _judged(box)
    finally:
        box.close()


def _beside(box: Box, port: int, n: int) -> Iterator[Figure]:
    quiet, crowded = Seen(), Seen()
    pages_s: list[float] = []
    paths = [urlsplit(each).path for each in box.attendee_links(PHONES)]
    for turn in range(ROUNDS):
        quiet.add(redeem_all(box, box.issue_codes(n // ROUNDS)))
        codes = box.issue_codes(n // ROUNDS)
        invited = [box.invite(f"Olga {turn} {each}", "organiser") for each in range(CONSOLES)]
        with polling(port, paths), opened(invited) as seen:
            crowded.add(redeem_all(box, codes))
        pages_s += seen.pages_s
    beside, alone = spread(crowded.verdict), spread(quiet.verdict)
    ratio = beside.p50 / alone.p50
    yield Figure(
        f"Enter → verdict beside {PHONES} phones and {CONSOLES} open consoles",
        f"≤ {MOST}x of none",
        f"{ratio:.2f}x: {milliseconds(beside)}",
        f"beside none: {milliseconds(alone)}",
        ratio <= MOST,
    )
    if pages_s:
        yield Figure(
            "a console's page among them: asked → there", "", milliseconds(spread(pages_s))
        )


def _judged(box: Box) -> Figure:
    """All attendees show their task at once; the attendants' verdicts are final after 10 s."""
    judges = [box.invite(f"Eva {each}", "attendant") for each in range(ATTENDANTS)]
    began = time.monotonic()
    for number in range(ATTENDEES):
        box.begin_task("demo", f"visitor-{number}")
    with opened([], judges) as seen:
        while (done := box.rewarded()) < ATTENDEES and time.monotonic() - began < _ALL_WITHIN_S:
            time.sleep(0.5)
        took_s = time.monotonic() - began
    return Figure(
        f"{ATTENDEES} attendees wait at once, {ATTENDANTS} attendants approve in their inbox:"
        " all have their code",
        "none judged twice",
        f"{took_s:.0f} s, {done} codes, {seen.verdicts} verdicts",
        f"{seen.taken_by_others} times somebody else had been first, and that was said;"
        f" {seen.turned_away} times a moment was asked for",
        done == seen.verdicts == ATTENDEES,
    )
