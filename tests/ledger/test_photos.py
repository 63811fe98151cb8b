"""How many photos an event and a kind of task may have."""

from __future__ import annotations

import pytest

from boxd.errors import Refused
from boxd.ledger import photos
from boxd.ledger.photos import MOST_BYTES, MOST_BYTES_OF_KIND
from tests.ledger.conftest import Hands
from tests.ledger.earning import Earner


def note(hands: Hands, task: str, digit: str, size: int) -> None:
    hands.ledger.write_now(lambda tx: photos.note(tx, task, digit * 64, size))


def test_one_kind_of_task_leaves_room_for_the_photos_of_the_others(hands: Hands) -> None:
    earner = Earner(hands)
    first, second = earner.start("mugs", "badge-7"), earner.start("mugs", "badge-8")
    other = earner.start("hunt", "badge-7")
    note(hands, first, "a", MOST_BYTES_OF_KIND)
    note(hands, first, "b", 1_000)  # in place of the first one
    with pytest.raises(Refused, match="no room for more photos"):
        note(hands, second, "c", 1_000)
    note(hands, other, "d", 1_000)


def test_all_kinds_of_task_together_have_a_bound(hands: Hands) -> None:
    earner = Earner(hands)
    note(hands, earner.start("mugs", "badge-7"), "a", MOST_BYTES_OF_KIND)
    with pytest.raises(Refused, match="no room for more photos"):
        note(hands, earner.start("hunt", "badge-7"), "b", MOST_BYTES - MOST_BYTES_OF_KIND + 1)
