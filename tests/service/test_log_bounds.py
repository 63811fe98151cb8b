"""No client makes a flood of the log: lines of one kind are bounded, and those left out counted."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from boxd.service.log_bounds import LogBounds

_DAEMON = """
import logging
import structlog
from boxd import logs
logs.set_up()
log = structlog.get_logger("boxd")
for number in range(2000):
    log.warning("client.noisy", number=number, said="x" * 50_000)
for number in range(200):
    try:
        raise ValueError("y" * 50_000)
    except ValueError:
        logging.getLogger("uvicorn.error").exception(f"a message of its own {number}")
for number in range(2000):
    log.warning(f"the server's own words {number}", part="temporal-server")
log.info("redemption.take")
"""
_GATEWAY = """
import asyncio
from boxd.gateway.log import log, log_failed_task
for number in range(2000):
    log.warning("client.noisy", number=number, said="x" * 50_000)
async def fail():
    raise ValueError("y" * 50_000)
async def main():
    asyncio.get_running_loop().set_exception_handler(log_failed_task)
    for number in range(200):
        asyncio.ensure_future(fail())
        await asyncio.sleep(0)
asyncio.run(main())
log.info("redemption.take")
"""


def lines_of(program: str) -> list[dict[str, Any]]:
    """What the program logs."""
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, stderr=subprocess.PIPE, timeout=60
    )
    return [json.loads(line) for line in ran.stderr.splitlines()]


def assert_bounded(lines: list[dict[str, Any]]) -> None:
    noisy = [each for each in lines if each["event"] == "client.noisy"]
    tracebacks = [each for each in lines if "exception" in each]
    assert 300 <= len(noisy) < 330
    assert 10 <= len(tracebacks) < 15
    assert len(lines) < 700
    assert all(len(json.dumps(each)) < 9000 for each in lines)
    assert tracebacks[0]["exception"].rstrip().endswith("yyy")
    assert lines[-1]["event"] == "redemption.take", "another kind is not crowded out"


def test_the_daemon_s_log_is_bounded_whoever_makes_the_noise() -> None:
    assert_bounded(lines_of(_DAEMON))


def test_the_gateway_s_log_is_bounded_whoever_makes_the_noise() -> None:
    assert_bounded(lines_of(_GATEWAY))


def test_what_was_left_out_is_counted_with_the_next_line_of_its_kind() -> None:
    now = [0.0]
    bounds = LogBounds(now=lambda: now[0])
    told = [bounds.left_out("client.noisy") for _ in range(400)]
    assert told == [0] * 300 + [None] * 100
    assert bounds.left_out("client.quiet") == 0
    now[0] = 1.5
    assert [bounds.left_out("client.noisy") for _ in range(2)] == [100, None]
    now[0] = 10_000
    assert [bounds.left_out("client.noisy") for _ in range(2)] == [1, 0]
