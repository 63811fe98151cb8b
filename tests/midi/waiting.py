"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from boxd.fresh_keys import QUIET_S


async def until(condition: Callable[[], object], deadline_s: float = 5.0) -> float:
    """Return after how many seconds `condition` held; fail when it did not by the deadline."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > deadline_s:
            raise AssertionError(f"not within {deadline_s} s")
        await asyncio.sleep(0.005)
    return time.monotonic() - begun


async def until_keys_are_new() -> None:
    """Let the quarter of a second pass in which a pad's keys are taken for old ones."""
    await asyncio.sleep(QUIET_S + 0.02)
