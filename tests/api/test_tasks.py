"""Tasks over the API while the Temporal server is away: what is read, and what is put off."""

from __future__ import annotations

import httpx

from tests.api.live_box import LiveBox

START = {"kind": "demo", "attendee": "badge-7", "actor": "anna"}


async def test_a_task_is_kept_though_its_workflow_can_not_start_yet(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    started = await socket.post("/api/v1/tasks", json=START)
    assert started.status_code == 201
    (task,) = (await socket.get("/api/v1/tasks?attendee=badge-7")).json()["tasks"]
    assert task == {
        "id": "demo.1",
        "kind": "demo",
        "name": "Show us what you built",
        "text": "Come to the booth and show it.",
        "attendee": 1,
        "state": "open",
        "step": 1,
        "since": task["since"],
        "expires_at": None,
        "missing": ["verdict"],
        "awaited_from": "attendant",
        "checkpoints": [],
        "needed": 0,
        "scanned": [],
        "scans_missing": 0,
        "submission": "none",
        "is_submitted": False,
        "verdict": True,
        "tries_used": 0,
        "tries_left": 3,
        "last_refusal": "",
        "code": None,
    }
    whole = (await socket.get("/api/v1/tasks/demo.1")).json()
    assert whole == {"task": task, "scans": [], "submissions": [], "verdicts": [], "issues": []}


async def test_a_request_that_the_rules_forbid_is_refused_with_the_task(
    socket: httpx.AsyncClient,
) -> None:
    await socket.post("/api/v1/tasks", json=START)
    refused = await socket.post(
        "/api/v1/tasks/demo.1/scans", json={"checkpoint": "entrance", "actor": "anna"}
    )
    told = refused.json()
    assert (refused.status_code, told["type"]) == (409, "urn:boxd:problem:refused")
    assert "is no checkpoint of" in told["detail"]
    assert (told["task"]["id"], told["is_new"]) == ("demo.1", True)


async def test_the_kinds_and_checkpoints_are_those_of_the_configuration(
    socket: httpx.AsyncClient,
) -> None:
    kinds = (await socket.get("/api/v1/task-kinds")).json()
    assert [kind["id"] for kind in kinds["kinds"]] == ["demo", "first-workflow", "hunt"]
    assert {place["id"] for place in kinds["checkpoints"]} == {"entrance", "stage", "workshop"}


async def test_an_attendee_is_shown_with_tasks_and_codes(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    await socket.post("/api/v1/tasks", json=START)
    box.receive("mug", 1)
    box.issue("mug", "badge-7")
    shown = (await socket.get("/api/v1/attendees/details?name=badge-7")).json()
    assert (shown["attendee"]["reference"], shown["tasks"][0]["id"]) == ("badge-7", "demo.1")
    assert shown["codes"][0].keys() == {"id", "state", "prize", "issued_at", "expires_at"}
