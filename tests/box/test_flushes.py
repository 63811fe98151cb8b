"""How often a redemption makes the disk flush: on an SD card, that is how long people wait.

Times depend on the machine; these counts are the same on the busiest one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.box.booth import wait_until
from tests.box.conftest import QUICK
from tests.box.flushes import FlushedBooth

LEDGER = "ledger.db-wal"
A_REDEMPTION = 5  # one less if the door opens at once: four commits of the ledger
BOARD = "CodeTV Board 0"
SUCCESS_LAMP = "f07d4001f7"


@pytest.fixture
def booth(tmp_path: Path, temporal_made_before: Path) -> Iterator[FlushedBooth]:
    made = FlushedBooth(tmp_path / "booth", QUICK, temporal_made_before)
    try:
        made.start()
        yield made
        made.check_invariants()
        assert made.stop() == 0
    finally:
        made.close()


def test_a_redemption_flushes_once_before_the_verdict_and_once_before_the_pulse(
    booth: FlushedBooth,
) -> None:
    code = booth.issue_code("mug")
    begun = time.monotonic()
    booth.enter("bay-1", code)
    prompt = booth.prompt("load")
    entered = booth.moment(begun, what="key", device=BOARD, key="Enter", touched=True)
    verdict = booth.moment(entered, what="bytes", device=BOARD, bytes=SUCCESS_LAMP)
    said = time.monotonic()
    booth.say(prompt, "loaded")
    prompt = booth.prompt("take")
    pulsed = booth.moment(said, what="latch", device=BOARD, level=1)
    booth.door(prompt["locker"], "closed")
    wait_until("it is taken", lambda: booth.answer(prompt, "completed").is_success)
    booth.ended()
    ended = time.monotonic()

    assert booth.flushes(entered, verdict) == [LEDGER]
    assert booth.flushes(said, pulsed) == [LEDGER]
    assert len(booth.flushes(begun, ended)) <= A_REDEMPTION
