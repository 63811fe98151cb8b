"""The alarm for a Temporal server that stays away belongs to one absence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from boxd.daemon.long_absence import LongAbsence
from boxd.ledger import alarms
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import utc_now

LONG_S = 0.4
MILLISECOND_S = 0.001  # the ledger keeps no smaller parts of a second


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


async def standing(ledger: Ledger) -> list[object]:
    return [each["kind"] for each in await ledger.read(alarms.active)]


async def test_an_absence_that_lasts_is_told_until_it_ends(ledger: Ledger) -> None:
    absence = LongAbsence(ledger, LONG_S)
    await absence.changed(is_away=True)
    assert await standing(ledger) == ["engine_away"]
    await absence.changed(is_away=False)
    assert await standing(ledger) == []


async def test_two_short_absences_are_no_long_one(ledger: Ledger) -> None:
    absence = LongAbsence(ledger, LONG_S)
    first = asyncio.create_task(absence.changed(is_away=True))
    await asyncio.sleep(LONG_S / 2)
    await absence.changed(is_away=False)
    began = utc_now()
    await asyncio.gather(first, absence.changed(is_away=True))
    (alarm,) = await ledger.read(alarms.active)
    lasted = datetime.fromisoformat(str(alarm["raised_at"])) - began
    assert lasted.total_seconds() >= LONG_S - MILLISECOND_S
