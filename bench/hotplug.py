"""How soon people see that a device was unplugged, and how soon a replugged one works."""

from __future__ import annotations

import time
from pathlib import Path

from bench.box import Box, Browser
from bench.figures import Figure, Spread, spread
from bench.progress import tell

DEVICES = {"board-0": "CodeTV board", "cabinet": "Arduino"}
GOAL_S = 2.0
LOOK_S = 0.005


def figures(folder: Path, rounds: int) -> list[Figure]:
    """Unplug and replug each sort of device so often, and watch the HUD's snapshot."""
    tell(f"unplugged and replugged, {rounds} times each")
    box = Box(folder, "sim-mixed.toml")
    try:
        box.start()
        browser = Browser(box.port)
        browser.wait_until_there()
        rows = [row for device in DEVICES for row in _figures(browser, device, rounds)]
        browser.close()
    finally:
        box.close()
    return rows


def _figures(browser: Browser, device: str, rounds: int) -> list[Figure]:
    gone, back = [], []
    _wait(browser, device, "ready")
    for _ in range(rounds):
        gone.append(_moment(browser, device, "unplug", "unreachable"))
        back.append(_moment(browser, device, "replug", "ready"))
    name = DEVICES[device]
    return [
        _figure(f"{name} unplugged → shown on the HUD", spread(gone)),
        _figure(f"{name} replugged → working", spread(back)),
    ]


def _figure(what: str, of: Spread) -> Figure:
    measured = f"p50 {of.p50:.2f} s, worst {of.p99:.2f} s (n={of.count})"
    return Figure(what, "under 2 s", measured, "", of.p99 < GOAL_S)


def _moment(browser: Browser, device: str, fault: str, state: str) -> float:
    began = time.monotonic()
    status, answer = browser.post("/sim/api/faults", {"device": device, "fault": fault})
    if status != 200:
        raise RuntimeError(f"the fault was not taken: {answer}")
    _wait(browser, device, state)
    return time.monotonic() - began


def _wait(browser: Browser, device: str, state: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        _, snapshot = browser.get("/snapshot")
        if any(d["name"] == device and d["state"] == state for d in snapshot["devices"]):
            return
        time.sleep(LOOK_S)
    raise RuntimeError(f"{device} was not {state} within 30 s")
