"""On a disk whose flush takes seconds people hear what the ledger did, and nothing is stuck."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from tests.box.booth import Booth, wait_until
from tests.box.faulty_disk import FaultyDisk
from tests.box.going_on import go_on_to_the_end

Faulty = tuple[Booth, FaultyDisk]


def to_load(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")


def test_an_answer_whose_commit_takes_seven_seconds_is_taken_and_goes_on(
    faulty_booth: Faulty,
) -> None:
    booth, disk = faulty_booth
    to_load(booth)
    load = booth.prompt("load")
    with disk.that_is("slow 3500"):
        reply = booth.answer(load, "loaded", key="slow")
    assert reply.status_code in {200, 503}, reply.text
    wait_until("the redemption moves on", lambda: booth.snapshot()["prompts"][0]["stage"] != "load")
    prompt = wait_until(
        "a question that can be answered",
        lambda: (p := booth.snapshot()["prompts"][0])["stage"] in {"take", "jam", "ask"} and p,
    )
    again = booth.answer(load, "loaded", key="slow")
    assert again.is_success, "what the ledger took is told to whoever asks again"
    assert booth.pulses(1) == (1 if prompt["stage"] == "take" else 0)
    go_on_to_the_end(booth)
    booth.check_invariants()


@pytest.mark.parametrize("pause_ms", [9_000, 15_000])
def test_a_door_never_opens_for_somebody_who_was_told_no_or_has_gone(
    faulty_booth: Faulty, pause_ms: int
) -> None:
    booth, disk = faulty_booth
    to_load(booth)
    load = booth.prompt("load")
    replies: list[httpx.Response] = []
    opened_after_s: list[float] = []
    began = time.monotonic()

    def is_written() -> bool:
        if booth.pulses(1) and not opened_after_s:
            opened_after_s.append(time.monotonic() - began)
        return bool({p["stage"] for p in booth.snapshot()["prompts"]} & {"take", "jam", "ask"})

    with disk.that_is(f"slow {pause_ms}"):
        asking = threading.Thread(target=lambda: replies.append(booth.answer(load, "loaded")))
        asking.start()
        wait_until("the answer and what came of it are written", is_written, 90)
        asking.join()
    reply = replies[0]
    assert all(seconds < 12 for seconds in opened_after_s)
    if reply.status_code != 200:
        assert reply.status_code == 503
        assert "not known yet" in reply.json()["detail"]
    wait_until("a question", lambda: booth.snapshot()["prompts"])
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_a_confirmation_that_finds_the_server_hanging_is_refused_for_good(
    faulty_booth: Faulty,
) -> None:
    booth, _ = faulty_booth
    to_load(booth)
    load = booth.prompt("load")
    go_on = booth.hang_server()
    reply = booth.answer(load, "loaded", key="first")
    assert reply.status_code == 503
    assert "was not taken" in reply.json()["detail"]
    go_on()
    wait_until("ready", booth.is_ready, 60)
    assert booth.pulses(1) == 0
    assert booth.prompt("load")["id"] == load["id"]
    # A server that was just let go on may need a moment more for the first answer.
    wait_until(
        "taken", lambda: booth.answer(load, "loaded", key="first").status_code == httpx.codes.OK
    )
    booth.prompt("take")
    assert booth.pulses(1) == 1
    go_on_to_the_end(booth)
    booth.check_invariants()


@pytest.mark.parametrize("gone", ["a caller who gives up", "a caller who waits"])
def test_what_the_ledger_took_is_shown_whatever_became_of_the_caller(
    faulty_booth: Faulty, gone: str
) -> None:
    booth, disk = faulty_booth
    to_load(booth)
    load = booth.prompt("load")
    disk.becomes("slow 1000")
    asking = threading.Thread(target=_answer_and_forget, args=(booth, load, gone))
    asking.start()
    asking.join()
    disk.becomes("")
    booth.prompt("take")
    assert booth.pulses(1) == 1
    go_on_to_the_end(booth)
    booth.check_invariants()


def _answer_and_forget(booth: Booth, load: dict[str, str], gone: str) -> None:
    url = f"/api/v1/redemptions/{load['redemption']}/loaded"
    headers = {"Idempotency-Key": "gone", "Origin": str(booth.http.base_url)}
    timeout = 0.3 if "gives up" in gone else 20
    try:
        booth.http.post(url, json={"step": load["step"]}, headers=headers, timeout=timeout)
    except Exception as error:  # noqa: BLE001 - the caller is gone, as it should
        assert "timed out" in str(error)


def test_a_code_whose_claim_takes_seconds_gets_its_verdict(faulty_booth: Faulty) -> None:
    booth, disk = faulty_booth
    code = booth.issue_code()
    with disk.that_is("slow 12000"):
        booth.enter("bay-1", code)
        wait_until("it is said", lambda: "still being checked" in booth.bay("bay-1")["text"], 20)
    booth.prompt("load")
    go_on_to_the_end(booth)
    booth.check_invariants()
