"""Idempotency keys: done once, answered the same, across concurrency, restarts and full disks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from boxd.config import Config
from boxd.ledger import requests
from tests.api.live_box import LiveBox, bearer, client, live_box

ADJUST = "/api/v1/prizes/mug/adjust"
CODES = "/api/v1/codes"
TWO = {"units": 2, "reason": "carton"}
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture
async def box(config: Config) -> AsyncIterator[LiveBox]:
    async with live_box(config) as box:
        box.receive("mug", 10)
        yield box


@pytest.fixture
def app(box: LiveBox) -> httpx.AsyncClient:
    return client(box.application().for_phones(), **bearer(box.token("app")))


async def test_a_repeated_request_is_done_once_and_answered_the_same(
    app: httpx.AsyncClient, box: LiveBox
) -> None:
    first = await app.post(ADJUST, json=TWO, headers=KEY)
    again = await app.post(ADJUST, content=json.dumps(TWO, indent=4), headers=KEY)

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert box.on_hand("mug") == 12


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ADJUST, TWO | {"units": 3}),
        (ADJUST, TWO | {"actor": "anna"}),
        ("/api/v1/prizes/pin/adjust", TWO),
        (CODES, {"attendee": "badge-1"}),
    ],
)
async def test_the_key_of_another_request_is_refused(
    app: httpx.AsyncClient, box: LiveBox, path: str, body: dict[str, Any]
) -> None:
    await app.post(ADJUST, json=TWO, headers=KEY)
    response = await app.post(path, json=body, headers=KEY)

    assert (response.status_code, response.json()["type"]) == (422, "urn:boxd:problem:key-reused")
    assert box.on_hand("mug") == 12


async def test_two_tokens_have_keys_of_their_own(app: httpx.AsyncClient, box: LiveBox) -> None:
    other = client(box.application().for_phones(), **bearer(box.token("other")))
    for asking in (app, other):
        assert (await asking.post(ADJUST, json=TWO, headers=KEY)).status_code == 200
    assert box.on_hand("mug") == 14


async def test_a_hundred_at_once_are_one(app: httpx.AsyncClient, box: LiveBox) -> None:
    asked = [app.post(CODES, json={"attendee": "badge-1"}, headers=KEY) for _ in range(100)]
    answers = {(each.status_code, each.text) for each in await asyncio.gather(*asked)}

    assert [status for status, _ in answers] == [201]
    assert box.on_hand("mug") == 9


async def test_fifty_who_want_the_last_unit_get_one_code(
    app: httpx.AsyncClient, box: LiveBox
) -> None:
    await app.post(ADJUST, json={"units": -9, "reason": "gone"})
    asked = [app.post(CODES, json={"attendee": f"badge-{n}", "sku": "mug"}) for n in range(50)]
    statuses = sorted(each.status_code for each in await asyncio.gather(*asked))

    assert statuses == [201] + [409] * 49
    assert box.on_hand("mug") == 0


async def test_a_restart_keeps_answers(config: Config) -> None:
    async def asked() -> tuple[int, bytes, int]:
        async with live_box(config) as box:
            app = client(box.application().for_phones(), **bearer(secret))
            answer = await app.post(CODES, json={"attendee": "badge-1"}, headers=KEY)
            return answer.status_code, answer.content, box.on_hand("mug")

    secret = ""
    async with live_box(config) as box:
        box.receive("mug", 10)
        secret = box.token("app")
    first = await asked()
    assert await asked() == first
    assert (first[0], first[2]) == (201, 9)


async def test_digits_in_a_kept_answer_are_sealed(app: httpx.AsyncClient, config: Config) -> None:
    made = (await app.post(CODES, json={"attendee": "badge-1"}, headers=KEY)).json()
    digits = made["codes"][0]["code"].encode()

    files = config.ledger_file.parent.glob("ledger.db*")
    assert [each for each in files if digits in each.read_bytes()] == []


async def test_a_refusal_is_kept(app: httpx.AsyncClient, box: LiveBox) -> None:
    refused = await app.post(ADJUST, json={"units": -99, "reason": "gone"}, headers=KEY)
    box.receive("mug", 100)
    again = await app.post(ADJUST, json={"units": -99, "reason": "gone"}, headers=KEY)
    assert (refused.status_code, again.content) == (409, refused.content)


async def test_an_outage_is_not_kept(box: LiveBox) -> None:
    command = client(box.application().for_socket())
    for _ in range(2):
        away = await command.post(
            "/api/v1/schedules/expiry/run", json={"actor": "anna"}, headers=KEY
        )
        assert (away.status_code, "idempotent-replayed" in away.headers) == (503, False)
        assert away.json()["type"] == "urn:boxd:problem:temporal-unavailable"


async def test_a_wrong_body_does_not_use_up_its_key(app: httpx.AsyncClient, box: LiveBox) -> None:
    assert (await app.post(ADJUST, json={"units": 0}, headers=KEY)).status_code == 422
    assert (await app.post(ADJUST, json=TWO, headers=KEY)).status_code == 200


async def test_what_was_done_without_a_kept_answer_is_not_done_again(
    app: httpx.AsyncClient, box: LiveBox
) -> None:
    assert (await app.post(ADJUST, json=TWO, headers=KEY)).status_code == 200
    await box.ledger.write(requests.drop_answers)

    again = await app.post(ADJUST, json=TWO, headers=KEY)
    assert (again.status_code, again.json()["type"]) == (409, "urn:boxd:problem:answer-lost")
    assert box.on_hand("mug") == 12


async def test_reading_takes_no_notice_of_keys(app: httpx.AsyncClient, box: LiveBox) -> None:
    first = await app.get("/api/v1/codes?limit=1", headers=KEY)
    second = await app.get("/api/v1/codes?limit=2", headers=KEY)
    assert (first.status_code, second.status_code) == (200, 200)


async def test_the_commands_keys_are_kept_too(box: LiveBox) -> None:
    command = client(box.application().for_socket())
    body = TWO | {"actor": "anna (CLI)"}
    answers = [await command.post(ADJUST, json=body, headers=KEY) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert box.on_hand("mug") == 12
