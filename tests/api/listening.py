"""Listening to the daemon's sockets: clients of the Unix socket, and event streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx

DEADLINE_S = 60


def on(path: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(path)), base_url="http://x")


async def blocks(response: httpx.Response) -> AsyncIterator[str]:
    """The stream's blocks: events and comments."""
    rest = ""
    async for text in response.aiter_text():
        *whole, rest = (rest + text).split("\n\n")
        for block in whole:
            yield block


async def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(DEADLINE_S * 100):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come true in time")


async def events(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    async for block in blocks(response):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line[0] != ":")
        if "data" in fields:
            yield fields["event"], json.loads(fields["data"])
