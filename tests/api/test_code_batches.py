"""Batches of codes: one request that makes all or none, and codes that can be fetched again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from boxd.api.json_lines import LONGEST_LINE_BYTES
from boxd.config import Config
from tests.api.live_box import LiveBox, client, live_box

BATCH = "/api/v1/code-batches/0123456789ab"
AS_ANNA = "actor=anna"


def lines(*rows: dict[str, object]) -> str:
    return "\n".join(map(json.dumps, rows))


TWO = lines({"line": 2, "attendee": "ada", "sku": "mug"}, {"line": 3, "attendee": "bob"})


@pytest.fixture
def stocked(box: LiveBox) -> LiveBox:
    box.receive("mug", 5)
    return box


async def sent(socket: httpx.AsyncClient, body: str, more: str = "") -> dict[str, Any]:
    response = await socket.post(f"{BATCH}?{AS_ANNA}{more}", content=body)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result


async def fetched(socket: httpx.AsyncClient) -> dict[str, Any]:
    response = await socket.get(f"{BATCH}/codes?{AS_ANNA}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_all_codes_of_a_batch_are_made_by_one_request(
    socket: httpx.AsyncClient, stocked: LiveBox
) -> None:
    result = await sent(socket, TWO)
    assert result == {
        "batch": "0123456789ab",
        "made": True,
        "shares": [
            {"sku": "mug", "codes": 1, "on_hand": 5},
            {"sku": None, "codes": 1, "on_hand": 5},
        ],
        "faults": [],
        "faults_in_all": 0,
        "near_twins": [],
    }
    codes = (await fetched(socket))["codes"]
    assert [(code["line"], code["attendee"], len(code["code"])) for code in codes] == [
        (2, "ada", 8),
        (3, "bob", 8),
    ]
    assert stocked.on_hand("mug") == 3


async def test_a_dry_run_says_what_would_become_of_it_and_leaves_nothing(
    socket: httpx.AsyncClient, stocked: LiveBox
) -> None:
    before = stocked.trail()
    result = await sent(socket, TWO, "&dry_run=1")
    assert (result["made"], len(result["shares"])) == (False, 2)
    assert (await socket.get(f"{BATCH}/codes?{AS_ANNA}")).status_code == 404
    assert stocked.trail() == before
    assert (await sent(socket, TWO))["made"]


async def test_everything_that_is_wrong_is_said_and_nothing_is_made(
    socket: httpx.AsyncClient, stocked: LiveBox
) -> None:
    wrong = lines({"line": 2, "attendee": "ada", "sku": "pin"}, {"line": 3, "attendee": "bob"})
    for more in ("&dry_run=1", ""):
        result = await sent(socket, wrong, more)
        assert (result["made"], result["faults_in_all"]) == (False, 1)
        assert result["faults"][0]["line"] == 2
    assert stocked.on_hand("mug") == 5


async def test_a_batch_that_is_sent_again_is_not_made_again(config: Config) -> None:
    async with live_box(config) as box:
        box.receive("mug", 5)
        socket = client(box.application().for_socket())
        await sent(socket, TWO)
        first = await fetched(socket)
    async with live_box(config) as box:  # boxd was restarted meanwhile
        socket = client(box.application().for_socket())
        again = await sent(socket, TWO)
        assert (again["made"], again["shares"]) == (
            True,
            [{"sku": "mug", "codes": 2, "on_hand": 3}],
        )
        assert await fetched(socket) == first
        assert box.on_hand("mug") == 3


async def test_who_has_seen_the_digits_is_recorded(
    socket: httpx.AsyncClient, stocked: LiveBox
) -> None:
    await sent(socket, TWO)
    await fetched(socket)
    last = stocked.trail()[-1]
    assert (last["actor"], last["action"]) == ("anna", "code.batch_revealed")


@pytest.mark.usefixtures("server")
async def test_a_sender_that_goes_away_leaves_nothing(
    socket_path: Path, socket: httpx.AsyncClient, stocked: LiveBox
) -> None:
    _, writer = await asyncio.open_unix_connection(socket_path)
    head = f"POST {BATCH}?{AS_ANNA} HTTP/1.1\r\nHost: boxd\r\nContent-Length: 9999\r\n\r\n"
    writer.write(head.encode() + TWO.encode() + b"\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await sent(socket, TWO))["made"]
    assert stocked.on_hand("mug") == 3


async def test_a_list_longer_than_any_other_body_is_taken_in_parts(
    socket: httpx.AsyncClient, stocked: LiveBox
) -> None:
    stocked.receive("pin", 3000)
    rows: Iterable[dict[str, object]] = (
        {"line": number, "attendee": f"badge-{number:04}", "sku": "pin"}
        for number in range(2, 3002)
    )
    result = await sent(socket, lines(*rows))
    assert (result["made"], stocked.on_hand("pin")) == (True, 0)


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ('{"line": 2}', 422, "line 1 of the body: attendee: Field required. It looks like"),
        (TWO + "\nnonsense", 422, "line 3 of the body: the body: Invalid JSON"),
        (lines({"line": 2, "attendee": "a", "code": "123"}), 422, "line 2: '123' is no code"),
        ("x" * (LONGEST_LINE_BYTES + 1), 413, "a line is longer than"),
        ("", 422, "no code is named"),
    ],
)
async def test_a_wrong_line_is_named(
    socket: httpx.AsyncClient, stocked: LiveBox, body: str, status: int, expected: str
) -> None:
    response = await socket.post(f"{BATCH}?{AS_ANNA}", content=body)
    assert response.status_code == status
    assert response.json().get("detail", "").startswith(expected)
    assert stocked.on_hand("mug") == 5
