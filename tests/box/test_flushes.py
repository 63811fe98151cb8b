"""How often a redemption makes the disk flush: on an SD card, that is how long people wait.

Times depend on the machine; these counts are the same on the busiest one.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.box.booth import Booth, wait_until
from tests.box.conftest import QUICK
from tests.box.flushes import FlushedBooth

LEDGER = "ledger.db-wal"
# Asked of the server from Enter to the shut door: the start and two answers. The worker's own
# tasks, and the settler's looks, depend on how long everything takes.
SCHEDULES = 4
CALLS = {"StartWorkflowExecution": 1, "UpdateWorkflowExecution": 2}
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


def asked_of_the_server(booth: Booth) -> Counter[str]:
    """How often each operation of the server's frontend was called since it started."""
    text = httpx.get(f"http://127.0.0.1:{booth.metrics_port}/metrics").text
    counted: Counter[str] = Counter()
    for labels, value in re.findall(r"^service_requests\{(.*?)\} (\S+)$", text, re.M):
        if 'service_name="frontend"' in labels:
            counted[re.findall(r'operation="(.*?)"', labels)[0]] += int(float(value))
    return counted


def door_of(booth: Booth, locker: int) -> str:
    return str(next(x for x in booth.snapshot()["lockers"] if x["id"] == locker)["door"])


def test_a_redemption_asks_the_server_for_its_start_and_its_answers_alone(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start()
    code = booth.issue_code("mug")
    # The box makes its schedules once it serves, and the server counts once a second.
    wait_until("the schedules", lambda: asked_of_the_server(booth)["CreateSchedule"] >= SCHEDULES)
    before = asked_of_the_server(booth)

    def since() -> Counter[str]:
        return asked_of_the_server(booth) - before

    booth.enter("bay-1", code)
    booth.say(booth.prompt("load"), "loaded")
    prompt = booth.prompt("take")
    booth.door(prompt["locker"], "closed")
    wait_until("the door is seen shut", lambda: door_of(booth, prompt["locker"]) == "closed")
    booth.say(prompt, "completed")
    booth.ended()
    wait_until(
        "the server has counted", lambda: all(since()[name] >= CALLS[name] for name in CALLS)
    )
    assert {name: since()[name] for name in CALLS} == CALLS
