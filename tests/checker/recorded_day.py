"""A day at a booth with everything in it that the ledger and the trace can hold."""

from __future__ import annotations

from typing import Any

from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end

Json = dict[str, Any]


def live_through(booth: Booth) -> None:
    """Let people do all that they can do; the box is running, and has nothing open at the end."""
    _prizes_come_in(booth)
    _codes_and_their_ends(booth)
    _claims_that_end_well(booth)
    _claims_that_end_otherwise(booth)
    _claims_that_are_refused(booth)
    _tasks(booth)
    _a_person_opens_a_locker(booth)
    _a_board_goes_and_returns(booth)


def _prizes_come_in(booth: Booth) -> None:
    booth.ask_socket("POST", "/api/v1/prizes/mug/adjust", _by(units=4, reason="a second box"))
    booth.ask_socket("POST", "/api/v1/prizes/mug/adjust", _by(units=-1, reason="one fell"))
    booth.ask_socket("POST", "/api/v1/prizes/t-shirt/adjust", _by(units=3, reason="more came"))


def _codes_and_their_ends(booth: Booth) -> None:
    booth.issue_code("mug", attendee="badge-void")
    void = booth.ask_socket("GET", "/api/v1/attendees/badge-void/codes")["codes"][0]
    booth.ask_socket("POST", f"/api/v1/codes/{void['id']}/void", _by(reason="lost the badge"))
    booth.issue_code("sticker", attendee="badge-keeps")


def _claims_that_end_well(booth: Booth) -> None:
    for bay, sku in (("bay-1", "mug"), ("bay-2", "sticker"), ("bay-1", "t-shirt")):
        _to_load(booth, bay, sku, attendee=f"badge-{bay}")
        go_on_to_the_end(booth)


def _claims_that_end_otherwise(booth: Booth) -> None:
    prompt = _to_load(booth, "bay-1", "mug", attendee="badge-declined")
    booth.say(prompt, "declined", reason="the mug is broken")
    booth.ended("bay-1")
    prompt = _to_load(booth, "bay-2", "mug", attendee="badge-substituted")
    booth.say(prompt, "substituted", sku="t-shirt")
    go_on_to_the_end(booth)
    _to_load(booth, "bay-1", "sticker", attendee="badge-cancelled")
    booth.type_keys("bay-1", "Cancel")
    booth.ended("bay-1")
    _a_jam(booth)


def _a_jam(booth: Booth) -> None:
    prompt = _to_load(booth, "bay-1", "sticker", attendee="badge-jammed")
    locker = f"locker-{prompt['locker']}"
    booth.fault(locker, "jam")
    booth.say(prompt, "loaded")
    booth.prompt("jam", "bay-1")
    booth.fault(locker, "unjam")
    go_on_to_the_end(booth)


def _claims_that_are_refused(booth: Booth) -> None:
    before = booth.bay("bay-2")["last"]
    booth.enter("bay-2", "12345674")
    wait_until("a refusal", lambda: booth.bay("bay-2")["last"] != before)


def _tasks(booth: Booth) -> None:
    asked = _by(kind="first-workflow", attendee="badge-works")
    task = booth.ask_socket("POST", "/api/v1/tasks", asked)["task"]["id"]
    there = f"/api/v1/tasks/{task}"
    booth.ask_socket("POST", f"{there}/scans", _by(checkpoint="workshop"))
    booth.ask_socket("POST", f"{there}/submission", _by(text="example.org/first"))
    booth.ask_socket("POST", f"{there}/verdict", _by(approved=False, reason="it does not run"))
    booth.ask_socket("POST", f"{there}/submission", _by(text="example.org/second"))
    booth.ask_socket("POST", f"{there}/verdict", _by(approved=True))
    hunt = booth.ask_socket("POST", "/api/v1/tasks", _by(kind="hunt", attendee="badge-hunts"))
    booth.ask_socket(
        "POST", f"/api/v1/tasks/{hunt['task']['id']}/scans", _by(checkpoint="entrance")
    )
    booth.ask_socket("POST", "/api/v1/issues", {"attendee": "badge-issued", "actor": "anna"})
    wait_until("the task's code", lambda: _codes_of(booth, "badge-works"))
    wait_until("the issue's code", lambda: _codes_of(booth, "badge-issued"))


def _a_person_opens_a_locker(booth: Booth) -> None:
    body = _by(reason="a key lies in it")
    booth.ask_socket("POST", "/api/v1/lockers/1/open", body)
    booth.door(1, "closed")
    booth.ask_socket("POST", "/api/v1/lockers/2/out-of-service", _by(reason="its door hangs"))


def _a_board_goes_and_returns(booth: Booth) -> None:
    booth.fault("board-1", "unplug")
    wait_until("it is missed", lambda: booth.bay("bay-2")["state"] != "ready")
    booth.fault("board-1", "replug")
    booth.wait_for_bay("bay-2", "ready")
    _to_load(booth, "bay-2", "sticker", attendee="badge-after")
    go_on_to_the_end(booth)


def _to_load(booth: Booth, bay: str, sku: str, attendee: str) -> Json:
    wait_until("the bay is ready", lambda: booth.bay(bay)["state"] == "ready")
    booth.enter(bay, booth.issue_code(sku, attendee=attendee))
    return booth.prompt("load", bay)


def _codes_of(booth: Booth, attendee: str) -> list[Json]:
    found: list[Json] = booth.ask_socket("GET", f"/api/v1/attendees/{attendee}/codes")["codes"]
    return found


def _by(**more: Any) -> Json:
    return {"actor": "anna"} | more
