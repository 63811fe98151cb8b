"""`make fleet`: a hub and three boxes on one machine, as somebody tries them."""

from __future__ import annotations

import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import httpx
import pytest

from tests.box.booth import ROOT, wait_until
from tests.ports import free_ports

USED = 64


def free_base() -> int:
    """The first of so many free ports in a row."""
    while True:
        found = free_ports(USED)
        if found[-1] - found[0] == USED - 1:
            return found[0]


@pytest.mark.proof
def test_three_boxes_of_one_event_are_on_the_hub_s_screen_and_stop_with_it(tmp_path: Path) -> None:
    port = free_base()
    command = [sys.executable, "-m", "boxd.sim.fleet", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as fleet:
        try:
            assert fleet.stdout is not None
            greeting = "".join(takewhile(lambda line: "Ctrl-C" not in line, fleet.stdout))
            hub = next(word for word in greeting.split() if "?key=" in word)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
                browser.get(hub)

                def are_shown() -> bool:
                    assert fleet.poll() is None
                    return browser.get("/").text.count('class="is-good"') == 3

                wait_until("three boxes on the hub's screen", are_shown, 120)
        finally:
            fleet.send_signal(signal.SIGTERM)
        told, _ = fleet.communicate(timeout=90)
    assert f"http://127.0.0.1:{port + 11}/" in greeting
    assert "the fleet has stopped" in told
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port + 11}/")
