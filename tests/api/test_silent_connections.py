"""Silent connections take nothing from the phones, whoever opens them and however many."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from boxd.api.app import MOST_PHONES
from boxd.api.server import WebServer
from boxd.web.tls import Certificate
from tests.api.live_box import LiveBox
from tests.web.certificates import write_pair

PAGE = "/api/v1/openapi.json"
SERVED_WITHIN_S = 5.0  # a second, on a machine that does nothing else


@pytest.fixture(params=["plain", "tls"])
async def port(
    box: LiveBox, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[str, int]]:
    certificate = Certificate(*write_pair(tmp_path, "box")) if request.param == "tls" else None
    server = WebServer(box.application())
    found = await server.listen_to_phones("0.0.0.0", 0, certificate)  # noqa: S104 - a test's own
    yield ("https" if certificate else "http", found)
    await server.stop()


def silent(port: int, address: str) -> socket.socket:
    """A connection on which nothing is said."""
    connection = socket.socket()
    connection.setblocking(False)
    connection.bind((address, 0))
    connection.connect_ex(("127.0.0.1", port))
    return connection


async def served_within(scheme: str, port: int, address: str) -> float:
    """How long a phone at an address of its own waits for a page."""
    began = time.monotonic()
    transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
    async with httpx.AsyncClient(transport=transport, timeout=20) as phone:
        answer = await phone.get(f"{scheme}://127.0.0.1:{port}{PAGE}")
    assert answer.status_code == httpx.codes.OK
    return time.monotonic() - began


@pytest.mark.parametrize("addresses", [1, 50])
async def test_other_phones_are_served_beside_silent_connections(
    port: tuple[str, int], addresses: int
) -> None:
    with ExitStack() as opened:
        for number in range(3 * MOST_PHONES):
            address = f"127.0.1.{1 + number % addresses}"
            opened.enter_context(silent(port[1], address))
            if number % 64 == 0:
                await asyncio.sleep(0)
        for number in range(5):
            assert await served_within(*port, f"127.0.2.{number + 1}") < SERVED_WITHIN_S


async def test_as_many_phones_as_there_are_places_lose_nothing(port: tuple[str, int]) -> None:
    with ExitStack() as opened:
        held = [
            opened.enter_context(silent(port[1], f"127.0.3.{number + 1}"))
            for number in range(MOST_PHONES - 10)
        ]
        await served_within(*port, "127.0.2.1")
        assert not any(has_ended(connection) for connection in held)


def has_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
