"""A person's answers reach a running redemption once, and its reply reaches the person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from boxd.errors import BoxdError, LedgerDamaged, NotFound, Refused, TemporalUnavailable
from boxd.web.problems import of_error
from tests.api.daemon import Daemon, running_daemon
from tests.api.live_box import with_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def daemon(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Daemon]:
    """One box with its server for the whole file."""
    async with running_daemon(with_server(tmp_path_factory.mktemp("box"))) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def asked(daemon: Daemon) -> AsyncIterator[dict[str, Any]]:
    """The operator is asked to load a locker; at the end whatever stands is declined."""
    body = {"attendee": "badge-7", "actor": "anna"}
    made = (await daemon.command.post("/api/v1/codes", json=body)).json()["codes"][0]
    await daemon.type("bay-1", made["code"])
    prompt = await daemon.asked("bay-1")
    yield prompt
    await daemon.command.post(path(prompt, "declined"), json={"actor": "anna"})
    for locker in (1, 2):
        await daemon.screen.post(f"/sim/api/lockers/{locker}/door", json={"state": "closed"})
    await daemon.command.post(path(prompt, "completed"), json={"actor": "anna"})
    await daemon.nothing_asked()


def path(prompt: dict[str, Any], kind: str) -> str:
    return f"/api/v1/redemptions/{prompt['redemption']}/{kind}"


async def answers(daemon: Daemon, prompt: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers that the ledger has of a redemption."""
    found = await daemon.command.get(f"/api/v1/redemptions/{prompt['redemption']}")
    answers: list[dict[str, Any]] = found.json()["answers"]
    return answers


async def test_an_answer_counts_once_under_its_key(daemon: Daemon, asked: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "json": {"step": asked["step"]},
        "headers": {"Idempotency-Key": "k-1"},
    }
    first = await daemon.screen.post(path(asked, "loaded"), **given)
    again = await daemon.screen.post(path(asked, "loaded"), **given)
    assert (first.status_code, first.json()["accepted"], again.json()["accepted"]) == (
        200,
        True,
        True,
    )
    (kept,) = await answers(daemon, asked)
    assert (kept["id"], kept["kind"], kept["actor"]) == ("k-1", "loaded", "operator (HUD)")


async def test_a_key_that_was_used_is_not_good_for_another_answer(
    daemon: Daemon, asked: dict[str, Any]
) -> None:
    given: dict[str, Any] = {
        "json": {"step": asked["step"]},
        "headers": {"Idempotency-Key": "k-2"},
    }
    responses = [
        *await asyncio.gather(
            daemon.screen.post(path(asked, "loaded"), **given),
            daemon.screen.post(path(asked, "declined"), **given),
        ),
        await daemon.screen.post(path(asked, "declined"), **given),
    ]
    assert [each.status_code for each in responses] == [200, 409, 409]
    assert "used for something else" in responses[1].text
    assert "used for something else" in responses[2].text
    assert [kept["kind"] for kept in await answers(daemon, asked)] == ["loaded"]


async def test_an_answer_without_a_step_answers_the_present_question(
    daemon: Daemon, asked: dict[str, Any]
) -> None:
    assert (await daemon.screen.post(path(asked, "loaded"))).json()["accepted"]
    assert (await answers(daemon, asked))[0]["step"] == asked["step"]


async def test_of_two_different_answers_at_once_one_is_taken(
    daemon: Daemon, asked: dict[str, Any]
) -> None:
    body = {"step": asked["step"]}
    both = await asyncio.gather(
        daemon.screen.post(path(asked, "loaded"), json=body, timeout=20),
        daemon.screen.post(path(asked, "declined"), json=body, timeout=20),
    )
    assert sorted(each.status_code for each in both) == [200, 409]


async def test_all_that_an_answer_can_carry_arrives(daemon: Daemon, asked: dict[str, Any]) -> None:
    await daemon.screen.post("/sim/api/faults", json={"device": "locker-1", "fault": "jam"})
    try:
        await daemon.command.post(path(asked, "loaded"), json={"actor": "anna"})
        stuck = await daemon.asked("bay-1", "jam")
        body = {"step": stuck["step"], "remedy": "other_locker", "reason": "bent", "actor": "anna"}
        answer = await daemon.command.post(path(asked, "jammed"), json=body)
        assert answer.json()["accepted"], answer.text
        kept = (await answers(daemon, asked))[-1]
        assert (kept["kind"], kept["actor"]) == ("jammed", "anna")
        assert json.loads(kept["detail"]) == {"remedy": "other_locker"}
        trail = (await daemon.command.get("/api/v1/audit?limit=1000")).json()["audit"]
        assert ("redemption.jammed", "bent") in {(row["action"], row["cause"]) for row in trail}
    finally:
        await daemon.screen.post("/sim/api/faults", json={"device": "locker-1", "fault": "unjam"})


async def test_a_name_that_nobody_has_proven_is_in_no_record(
    daemon: Daemon, asked: dict[str, Any]
) -> None:
    await daemon.screen.post(path(asked, "loaded"), json={"actor": "anna"})
    assert (await answers(daemon, asked))[0]["actor"] == "operator (HUD)"


async def test_a_refused_answer_says_why_and_where_the_redemption_stands(
    daemon: Daemon, asked: dict[str, Any]
) -> None:
    response = await daemon.screen.post(path(asked, "completed"), json={"step": asked["step"]})
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert (told["type"], told["accepted"], told["stage"], told["step"]) == (
        "urn:boxd:problem:refused",
        False,
        "load",
        asked["step"],
    )
    assert told["detail"]


async def test_a_redemption_that_nobody_knows_is_not_found(daemon: Daemon) -> None:
    response = await daemon.screen.post("/api/v1/redemptions/r-2/loaded")
    assert (response.status_code, response.json()["status"]) == (404, 404)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TemporalUnavailable("the Temporal server is away; it is started again by itself"), 503),
        (LedgerDamaged("the ledger is damaged; restore a backup"), 503),
        (Refused("this locker is out of service"), 409),
        (NotFound("there is no redemption 'r-1'"), 404),
    ],
)
async def test_an_error_of_the_box_becomes_its_status_and_keeps_its_words(
    error: BoxdError, status: int
) -> None:
    response = of_error(error)
    assert (response.status_code, str(error).encode() in bytes(response.body)) == (status, True)
