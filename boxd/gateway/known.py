"""What the phones have that is still true, so that their polls don't reach the daemon.

A reply with an ETag may say whose page it is (Boxd-Card), at which epoch it was read, and for how
long it is true if nothing changes. The daemon tells each change with its epoch, and a reply that
was read before the change is not remembered, whichever arrives first.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

MOST = 10_000  # pages; 4 MiB


@dataclass(frozen=True)
class Mark:
    """What a reply says of itself. `card` is the number of the attendee whose page it is."""

    etag: str
    card: int
    epoch: int
    true_s: float


class Known:
    """The ETag of each page that is still as it was."""

    def __init__(self) -> None:
        self._marks: OrderedDict[str, tuple[Mark, float]] = OrderedDict()
        self._changed: OrderedDict[int, int] = OrderedDict()
        self._least_epoch = 0  # what was read before it is not known to be true

    def is_true(self, page: str, etag: str) -> bool:
        """Whether the page is still the one with this ETag."""
        found = self._marks.get(page)
        if found is None or found[0].etag != etag:
            return False
        mark, until = found
        if time.monotonic() > until or mark.epoch < self._epoch_of(mark.card):
            del self._marks[page]
            return False
        self._marks.move_to_end(page)
        return True

    def note(self, page: str, mark: Mark) -> None:
        """Remember the page, unless it changed since it was read."""
        if mark.epoch < self._epoch_of(mark.card):
            return
        self._marks[page] = mark, time.monotonic() + mark.true_s
        self._marks.move_to_end(page)
        if len(self._marks) > MOST:
            self._marks.popitem(last=False)

    def changed(self, epoch: int, cards: Iterable[int]) -> None:
        """These attendees' pages are not what they were before the epoch."""
        for card in cards:
            self._changed[card] = epoch
            self._changed.move_to_end(card)
            if len(self._changed) > MOST:
                _, self._least_epoch = self._changed.popitem(last=False)

    def all_changed(self, epoch: int) -> None:
        """No page is what it was before the epoch."""
        self._marks.clear()
        self._changed.clear()
        self._least_epoch = epoch

    def _epoch_of(self, card: int) -> int:
        return max(self._least_epoch, self._changed.get(card, 0))
