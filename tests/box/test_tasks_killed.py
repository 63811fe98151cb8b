"""Killed at any moment of a task, the box has one code for its attendee, or none and no hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

from tests.box.booth import Booth, Json, wait_until
from tests.box.going_on import go_on_to_the_end

# Within the commit of verdict and code: then nobody heard that it counts, and it is given again.
UNANSWERED = ("before the pick", "before the mint")


def start(booth: Booth, kind: str = "demo", attendee: str = "ada") -> str:
    body = {"kind": kind, "attendee": attendee, "actor": "app"}
    return str(booth.ask_socket("POST", "/api/v1/tasks", body)["task"]["id"])


def approve(booth: Booth, task: str) -> None:
    booth.ask_socket("POST", f"/api/v1/tasks/{task}/verdict", {"approved": True, "actor": "Eva"})


def is_approved(booth: Booth, task: str) -> bool:
    """Whether the verdict is taken; not before the server is back."""
    try:
        approve(booth, task)
    except AssertionError:
        return False
    return True


def shown(booth: Booth, task: str) -> Json:
    found: Json = booth.ask_socket("GET", f"/api/v1/tasks/{task}")["task"]
    return found


def rewarded(booth: Booth, task: str) -> Json:
    found: Json = wait_until(
        f"a code for {task}",
        lambda: (t := shown(booth, task))["state"] == "rewarded" and t,
        30,
    )
    return found


def one_code_and_no_more(booth: Booth) -> None:
    """Ada has one code, and what is held is held for a code."""
    codes = booth.ask_socket("GET", "/api/v1/codes")["codes"]
    assert [each["state"] for each in codes if each["attendee"] == "ada"] == ["ready"]
    prizes = booth.ask_socket("GET", "/api/v1/prizes")["prizes"]
    ready = [each for each in codes if each["state"] == "ready"]
    assert sum(prize["held"] for prize in prizes) == len(ready)
    booth.check_invariants()


@pytest.mark.parametrize("is_lost", [False, True], ids=["killed", "and Temporal's file lost"])
@pytest.mark.parametrize("point", [*UNANSWERED, "after the verdict"])
def test_an_approved_task_has_its_code_whenever_the_box_dies(
    new_booth: Callable[..., Booth], point: str, is_lost: bool
) -> None:
    booth = new_booth()
    booth.start(dying_at=point)
    task = start(booth)
    with suppress(httpx.TransportError):  # it may die before it can answer
        approve(booth, task)
    booth.wait_for_death()
    if is_lost:
        booth.delete_temporal_database()
    booth.start()
    if point in UNANSWERED:
        assert shown(booth, task)["state"] == "open"
        wait_until("the verdict is taken", lambda: is_approved(booth, task))

    code = rewarded(booth, task)["code"]

    digits = booth.ask_socket("GET", f"/api/v1/codes/{code}?reveal=1&actor=ada")["code"]["code"]
    booth.acknowledge(what="code", id=code)
    one_code_and_no_more(booth)
    booth.enter("bay-1", digits)
    booth.prompt("load")
    go_on_to_the_end(booth)
    booth.check_invariants()


@pytest.mark.parametrize("point", ["before the task is begun", "after the task is begun"])
def test_a_start_that_was_not_answered_can_be_asked_for_again(
    new_booth: Callable[..., Booth], point: str
) -> None:
    booth = new_booth()
    booth.start(dying_at=point)
    with pytest.raises(httpx.TransportError):
        start(booth)
    booth.wait_for_death()
    booth.start()
    task = start(booth)
    approve(booth, task)
    rewarded(booth, task)
    booth.check_invariants()


@pytest.mark.parametrize("point", ["before the verdict", "after the verdict"])
def test_a_verdict_that_was_not_answered_is_taken_once_when_given_again(
    new_booth: Callable[..., Booth], point: str
) -> None:
    booth = new_booth()
    booth.start(dying_at=point)
    task = start(booth)
    with pytest.raises(httpx.TransportError):
        approve(booth, task)
    booth.wait_for_death()
    booth.start()
    if shown(booth, task)["state"] == "open":
        approve(booth, task)
    rewarded(booth, task)
    one_code_and_no_more(booth)


def test_an_open_task_survives_everything_that_can_be_killed(booth: Booth) -> None:
    task = start(booth, "hunt")
    path = f"/api/v1/tasks/{task}/scans"
    booth.ask_socket("POST", path, {"checkpoint": "stage", "actor": "app"})
    booth.kill()
    booth.start()
    booth.kill_server()
    wait_until("the box notices", lambda: not booth.is_ready())
    wait_until("the box answers again", booth.is_ready)
    assert shown(booth, task)["scanned"] == ["stage"]
    booth.kill()
    booth.delete_temporal_database()
    booth.start()
    booth.ask_socket("POST", path, {"checkpoint": "entrance", "actor": "app"})
    rewarded(booth, task)
    booth.check_invariants()
