"""A flood of the phones' network in full, beside keypads, HUD and other phones; prints its figures.

The small form is test_silent_connections.py. On a box the attackers' own work is elsewhere, and so
is other work of this machine: where the kernel allows it, daemon, server and keypads go before
both. So what a verdict loses here is what the daemon has to do for strangers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from bench.box import Box
from bench.figures import spread
from bench.pages import open_to_phones
from bench.redeeming import redeem_all
from tests.gateway.attackers import KINDS, attacking

pytestmark = [pytest.mark.proof, pytest.mark.long]

CONNECTIONS = 10_000
ASKING = 500  # that many share 2,300 requests a second
REDEMPTIONS = 20
HUD_WITHIN_S = 0.1
PHONE_WITHIN_S = 1.0
VERDICT_MOST = 1.2


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Box, str]]:
    made = Box(tmp_path_factory.mktemp("campaign") / "box")
    url = open_to_phones(made)
    try:
        made.start_and_wait()
        made.wait_for_phones()
        go_first(made)
        yield made, url
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        made.close()


def go_first(box: Box) -> None:
    """Let daemon, server and this process have the processor when they want it."""
    first = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK  # and nobody whom they start
    daemon = psutil.Process(box.pid)
    with suppress(PermissionError):
        for process in (daemon, *daemon.children(recursive=True)):
            if "boxd.gateway" not in process.cmdline():
                for thread in process.threads():
                    os.sched_setscheduler(thread.id, first, os.sched_param(1))
        os.sched_setscheduler(0, first, os.sched_param(1))


def hud_s(screen: httpx.Client) -> float:
    began = time.monotonic()
    screen.get("/snapshot").raise_for_status()
    return time.monotonic() - began


def phone_s(url: str, number: int) -> float:
    """How long a page takes for a phone at an address of its own."""
    transport = httpx.HTTPTransport(local_address=f"127.0.2.{number + 1}")
    with httpx.Client(transport=transport, timeout=20) as phone:
        began = time.monotonic()
        phone.get(url).raise_for_status()
        return time.monotonic() - began


@pytest.mark.parametrize("addresses", [1, 50])
@pytest.mark.parametrize("kind", [*KINDS, "nonsense"])
def test_the_box_does_not_feel_it(box: tuple[Box, str], kind: str, addresses: int) -> None:
    made, url = box
    codes = made.issue_codes(2 * REDEMPTIONS)
    quiet = spread(redeem_all(made, codes[:REDEMPTIONS]).verdict)
    count = ASKING if kind == "nonsense" else CONNECTIONS
    with attacking(kind, urlsplit(url).port or 0, count, addresses):
        time.sleep(2)  # until most of them are there
        flooded = spread(redeem_all(made, codes[REDEMPTIONS:]).verdict)
        with httpx.Client(base_url=f"http://127.0.0.1:{made.port}", timeout=20) as screen:
            huds = spread([hud_s(screen) for _ in range(20)])
        phones = spread([phone_s(url, number) for number in range(20)])
    print(
        f"{kind}, {addresses}: verdict {flooded.p50 * 1000:.1f} ms, {quiet.p50 * 1000:.1f} alone,"
        f" HUD {huds.p50 * 1000:.0f} (p99 {huds.p99 * 1000:.0f}) ms,"
        f" another phone {phones.p50 * 1000:.0f} (p99 {phones.p99 * 1000:.0f}) ms"
    )
    assert flooded.p50 <= VERDICT_MOST * quiet.p50
    assert huds.p50 <= HUD_WITHIN_S
    assert phones.p50 <= PHONE_WITHIN_S
