"""A person's answers reach the box once, and its reply reaches the person."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from boxd.errors import LedgerDamaged, NotFound, Refused, TemporalUnavailable
from boxd.redemption import Answer, AnswerKind, Remedy
from tests.web.double import BoxDouble

LOADED = "/api/v1/redemptions/r-1/loaded"


async def test_an_answer_is_taken_with_its_step_and_key(
    tcp: httpx.AsyncClient, box: BoxDouble
) -> None:
    response = await tcp.post(LOADED, json={"step": 3}, headers={"Idempotency-Key": "k-1"})
    assert response.json() == {"accepted": True, "why": "", "stage": "open", "step": 2}
    assert box.answers == [Answer("k-1", "r-1", 3, AnswerKind.LOADED, "operator (HUD)")]


async def test_an_answer_without_a_step_answers_the_present_question(
    tcp: httpx.AsyncClient, box: BoxDouble
) -> None:
    await tcp.post(LOADED)
    assert box.answers[0].step == 7


async def test_answers_without_a_key_are_different_answers(
    tcp: httpx.AsyncClient, box: BoxDouble
) -> None:
    await asyncio.gather(tcp.post(LOADED), tcp.post(LOADED))
    assert len({answer.id for answer in box.answers}) == 2


async def test_all_that_an_answer_can_carry_arrives(
    socket: httpx.AsyncClient, box: BoxDouble
) -> None:
    body = {
        "step": 3,
        "sku": "mug",
        "remedy": "other_locker",
        "reason": "stuck",
        "seen_shut": True,
        "actor": "anna",
    }
    await socket.post("/api/v1/redemptions/r-1/jammed", json=body, headers={"idempotency-key": "k"})
    assert box.answers == [
        Answer("k", "r-1", 3, AnswerKind.JAMMED, "anna", "mug", Remedy.OTHER_LOCKER, "stuck", True)
    ]


async def test_a_name_given_over_tcp_is_marked_as_unproven(
    tcp: httpx.AsyncClient, box: BoxDouble
) -> None:
    await tcp.post(LOADED, json={"actor": "anna"})
    assert box.answers[0].actor == "anna (over HTTP)"


async def test_a_refused_answer_says_why_and_where_the_redemption_stands(
    tcp: httpx.AsyncClient, box: BoxDouble
) -> None:
    box.refuses = "the door is open; shut it, then confirm again"
    response = await tcp.post(LOADED, json={"step": 1})
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:boxd:problem:refused",
        "title": "Refused",
        "status": 409,
        "detail": "the door is open; shut it, then confirm again",
        "accepted": False,
        "stage": "open",
        "step": 2,
    }


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
    tcp: httpx.AsyncClient, box: BoxDouble, error: TemporalUnavailable, status: int
) -> None:
    box.fails_with = error
    response = await tcp.post(LOADED, json={"step": 1})
    assert (response.status_code, response.json()["detail"]) == (status, str(error))


async def test_a_redemption_that_nobody_knows_is_not_found(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/api/v1/redemptions/r-2/loaded")
    assert (response.status_code, response.json()["status"]) == (404, 404)
