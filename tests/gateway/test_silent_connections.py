"""Whoever opens connections takes nothing from the phones, however many and from wherever.

The full form, beside keypads and HUD, is a proof: test_campaign.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from boxd.gateway.client import SLOW_ANSWER_S
from boxd.gateway.settings import Deadlines
from tests.api.live_box import LiveBox
from tests.gateway.attackers import attacking
from tests.gateway.network import HOST, Network, phones_network
from tests.web.certificates import write_pair

PAGE = "/api/v1/openapi.json"
SERVED_WITHIN_S = 10.0  # a second, on a machine that does nothing else


async def served_within(network: Network, address: str) -> float:
    """How long a phone at an address of its own waits for a page."""
    began = time.monotonic()
    transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
    async with httpx.AsyncClient(transport=transport, timeout=20) as phone:
        answer = await phone.get(f"{network.url}{PAGE}")
    assert answer.status_code == httpx.codes.OK
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("scheme", "addresses", "kinds"),
    [("plain", 50, ("huge", "nonsense")), ("tls", 1, ("silent", "tls"))],
)
async def test_other_phones_are_served_beside_bad_clients(
    box: LiveBox, tmp_path: Path, scheme: str, addresses: int, kinds: Sequence[str]
) -> None:
    pair: dict[str, Any] = {}
    if scheme == "tls":
        pair = dict(
            zip(("tls_cert_file", "tls_key_file"), map(str, write_pair(tmp_path)), strict=True)
        )
    async with phones_network(box, **pair) as network:
        for kind in kinds:
            with attacking(kind, network.port, 600, addresses):
                assert await served_within(network, "127.0.2.1") < SERVED_WITHIN_S, kind
                assert await served_within(network, "127.0.2.2") < SERVED_WITHIN_S, kind


async def test_what_does_not_come_in_time_is_ended_and_what_has_come_is_served(
    box: LiveBox,
) -> None:
    quick = Deadlines(handshake_s=0.2, first_byte_s=0.2, head_s=0.2, body_s=0.2)
    begun = {
        b"": b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n": b"HTTP/1.1 408",
        b"POST /v/enter HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab": b"HTTP/1.1 408",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000: b"HTTP/1.1 431",
        b"GET /healthz HTTP/1.0\r\n\r\n": b"HTTP/1.1 400",
        b"GET * HTTP/1.1\r\nHost: x\r\n\r\n": b"HTTP/1.1 400",
        b"\x16\x03\x01 a hello of TLS\r\n\r\n": b"HTTP/1.1 400",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n": b"HTTP/1.1 200",
    }
    async with phones_network(box, deadlines=quick) as network:
        for said, answer in begun.items():
            reader, writer = await asyncio.open_connection(HOST, network.port)
            writer.write(said)
            async with asyncio.timeout(20):
                assert (await reader.read(12)) == answer, said
            writer.close()


async def test_who_asks_too_often_waits_for_the_answer_and_others_do_not(box: LiveBox) -> None:
    """The answers themselves would take the gateway's processor from everybody else."""
    loop, away_after = asyncio.get_running_loop(), list[float]()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(HOST, network.port)
        began = loop.time()
        writer.write(b"GET /nonsense HTTP/1.1\r\nHost: x\r\n\r\n")
        if b" 503 " in await reader.readline():
            away_after.append(loop.time() - began)
        writer.close()

    async with phones_network(box) as network:
        async with asyncio.timeout(30):
            asking = asyncio.gather(*(ask() for _ in range(300)))
            await served_within(network, "127.0.2.1")
            assert not asking.done()
            await asking
    assert len(away_after) > 50
    assert min(away_after) >= SLOW_ANSWER_S


async def test_a_crowd_is_an_alarm_that_names_an_address(box: LiveBox) -> None:
    async with phones_network(box) as network:
        with attacking("silent", network.port, 700, 1):
            await box.until_shown(
                lambda shown: any("127.0.1.1" in each["text"] for each in shown["alarms"])
            )
