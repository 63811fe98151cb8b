"""A ledger that fails when the bays take codes already: the box gives its devices back first."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import httpx

from tests.box.booth import ROOT, Booth, wait_until

PROGRAM = """
import functools, sys
from pathlib import Path
from boxd.bays.device_registry import DeviceRegistry
from boxd.daemon import lifetime
from boxd.daemon.phones import PhoneSide
from boxd.errors import LedgerUnusable

async def fail(side):
    raise LedgerUnusable("the disk is full")

def told(name, method):
    @functools.wraps(method)
    async def tell(registry):
        print(name, flush=True)
        await method(registry)
    return tell

PhoneSide.tell = fail
DeviceRegistry.start = told("start", DeviceRegistry.start)
DeviceRegistry.close = told("close", DeviceRegistry.close)
sys.exit(lifetime.run(Path(sys.argv[1])))
"""


def test_one_set_of_devices_is_open_at_a_time(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth()
    output = booth.folder / "devices.txt"

    def says_why() -> bool:
        try:
            health = booth.http.get("/snapshot").json()["health"]
        except httpx.TransportError:
            return False
        return bool(health["state"] == "out_of_service" and "the disk is full" in health["why"])

    with output.open("wb") as file:
        words = [sys.executable, "-c", PROGRAM, str(booth.config)]
        box = subprocess.Popen(words, cwd=ROOT, stdout=file, stderr=subprocess.DEVNULL)
        try:
            wait_until("the screen says why", says_why)
        finally:
            box.terminate()
            assert box.wait(30) == 1
    said = [line for line in output.read_text().splitlines() if line in {"start", "close"}]
    assert said == ["start", "close", "start", "close"]
