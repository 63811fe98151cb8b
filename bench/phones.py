"""The keypad beside no phone and beside 2,000 that poll, in turn on one box."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.box import Box
from bench.crowd import polling
from bench.figures import Figure, milliseconds, spread
from bench.pages import open_to_phones
from bench.progress import tell
from bench.redeeming import Seen, redeem_all

PHONES = 2000
ROUNDS = 3
MOST = 1.1


def figures(folder: Path, n: int) -> Iterator[Figure]:
    """`n` redemptions beside no phone and `n` beside the phones, in alternating rounds."""
    tell(f"{n} redemptions beside no phone, {n} beside {PHONES}")
    box = Box(folder)
    port = urlsplit(open_to_phones(box)).port
    assert port is not None
    quiet, crowded = Seen(), Seen()
    answers: dict[int, int] = {}
    polls: list[float] = []
    try:
        box.start_and_wait()
        box.wait_for_phones()
        paths = [urlsplit(each).path for each in box.attendee_links(PHONES)]
        for _ in range(ROUNDS):
            quiet.add(redeem_all(box, box.issue_codes(n // ROUNDS)))
            codes = box.issue_codes(n // ROUNDS)
            with polling(port, paths) as seen:
                crowded.add(redeem_all(box, codes))
            polls += seen.taken_s
            for status, count in seen.statuses.items():
                answers[status] = answers.get(status, 0) + count
    finally:
        box.close()
    beside, alone = spread(crowded.verdict), spread(quiet.verdict)
    ratio = beside.p50 / alone.p50
    yield Figure(
        f"Enter → verdict beside {PHONES} phones, each asking as often as its page says",
        f"≤ {MOST}x of none",
        f"{ratio:.2f}x: {milliseconds(beside)}",
        f"beside none: {milliseconds(alone)}",
        ratio <= MOST,
    )
    told = ", ".join(f"{count} times {status}" for status, count in sorted(answers.items()))
    yield Figure(
        "a phone's poll among them: asked → answered", "", milliseconds(spread(polls)), told
    )
