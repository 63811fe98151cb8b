"""How soon a box is there: started for the first time, started again, and after a kill."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from bench import defaults
from bench.box import Box
from bench.redeeming import Hand


def start_again(box: Box) -> float:
    """Stop the box in order and start it; the seconds from the start to ready lamps."""
    box.stop()
    return box.start_and_wait()


def bare_server(folder: Path, count: int) -> list[float]:
    """Seconds from the start of a plain server to SERVING: on no file first, then on its file."""
    folder.mkdir(parents=True)
    return [asyncio.run(_start_once(folder / "temporal.db")) for _ in range(count)]


def daemon_killed(box: Box, codes: Sequence[str]) -> list[float]:
    """Kill the daemon, start it, type a code at once; the seconds from the kill to the verdict."""
    return [_answers_after(box, code, _kill_and_start(box)) for code in codes]


def lamps_after_kills(box: Box, count: int) -> list[float]:
    """Kill the daemon and start it; the seconds from the kill to ready lamps at every bay."""
    seconds = []
    for _ in range(count):
        killed = box.kill()
        began = time.monotonic()
        seconds.append(began - killed + box.start_and_wait())
    return seconds


def server_killed(box: Box, codes: Sequence[str]) -> list[float]:
    """Kill the Temporal server, type a code at once; the seconds from the kill to the verdict."""
    return [_answers_after(box, code, box.kill_server()) for code in codes]


def _kill_and_start(box: Box) -> float:
    killed = box.kill()
    box.start()
    return killed


def _answers_after(box: Box, code: str, killed: float) -> float:
    hand = Hand(box)
    try:
        hand.wait_until_there()
        hand.type(code)
        _, verdict = hand.enter(within_s=30)
        hand.finish()
    finally:
        hand.close()
    return verdict - killed


async def _start_once(database: Path) -> float:
    process, _, seconds = await defaults.start_server(database)
    process.terminate()
    await asyncio.to_thread(process.wait, 60)
    return seconds
