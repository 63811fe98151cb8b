"""Phones behind a proxy are told apart, if the proxy is declared; and a request has one length."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.api.live_box import LiveBox, bearer
from tests.gateway.network import phones_network

PRIZES = "/api/v1/prizes"
PROXY = "127.0.0.1"


@asynccontextmanager
async def phones(box: LiveBox, trusted: Sequence[str]) -> AsyncIterator[httpx.AsyncClient]:
    """The phones' listener with a rate of six at once, asked from the proxy's address."""
    token = bearer(box.token("it"))
    async with (
        phones_network(box, rate_per_address=60, trusted_proxies=trusted) as network,
        httpx.AsyncClient(base_url=network.url, headers=token) as client,
    ):
        yield client


async def statuses(client: httpx.AsyncClient, forwarded: Sequence[str]) -> list[int]:
    return [
        (await client.get(PRIZES, headers={"X-Forwarded-For": each})).status_code
        for each in forwarded
    ]


async def test_a_declared_proxy_says_who_it_asks_for(box: LiveBox) -> None:
    async with phones(box, [PROXY]) as client:
        assert await statuses(client, [f"10.0.0.{n}" for n in range(1, 13)]) == [200] * 12
        assert await statuses(client, ["10.0.1.1"] * 8) == [200] * 6 + [429] * 2


async def test_what_a_phone_says_of_itself_through_the_proxy_does_not_count(box: LiveBox) -> None:
    async with phones(box, [PROXY]) as client:
        made_up = [f"10.9.9.{n}, 10.0.0.1" for n in range(8)]
        assert await statuses(client, made_up) == [200] * 6 + [429] * 2


async def test_nobody_else_is_believed(box: LiveBox) -> None:
    async with phones(box, ["10.0.0.2"]) as client:
        made_up = [f"10.0.0.{n}" for n in range(8)]
        assert await statuses(client, made_up) == [200] * 6 + [429] * 2


@pytest.mark.parametrize("path", [PRIZES, "/v/enter"])
async def test_a_request_with_two_lengths_is_refused(box: LiveBox, path: str) -> None:
    async with phones(box, []) as client:
        reader, writer = await asyncio.open_connection(PROXY, client.base_url.port)
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: {PROXY}\r\nContent-Length: 4\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
