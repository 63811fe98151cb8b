"""The first invitation changes, and the one before is good until the next change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boxd.errors import NotFound
from boxd.ledger.ledger import Ledger
from boxd.staff.first_invitation import FirstInvitation


async def test_it_turns_and_the_one_before_is_good_a_little_longer(tmp_path: Path) -> None:
    now = [datetime(2030, 5, 1, tzinfo=UTC)]
    ledger = Ledger(tmp_path / "ledger.db")
    first = FirstInvitation(ledger, 14, is_on=True, now=lambda: now[0])
    shown = []
    for _ in range(3):
        secret = await first.secret()
        assert secret is not None
        shown.append(secret)
        await first.check(secret)
        now[0] += timedelta(minutes=11)
    now[0] -= timedelta(minutes=11)
    assert len(set(shown)) == 3
    await first.check(shown[1])
    for stale in (shown[0], "", "ä"):
        with pytest.raises(NotFound, match="no longer good"):
            await first.check(stale)
    ledger.close()
