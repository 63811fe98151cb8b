"""Alive, ready, and what Prometheus reads."""

from __future__ import annotations

import asyncio

import httpx

from boxd.config import Config
from boxd.device_line import LineFault
from boxd.errors import LedgerDamaged
from tests.api.fault_box import fault_box
from tests.api.live_box import LiveBox, client


async def test_a_box_that_serves_is_alive_and_ready(tcp: httpx.AsyncClient) -> None:
    assert (await tcp.get("/healthz")).status_code == 200
    assert (await tcp.get("/readyz")).json() == {"ready": True}


async def test_a_box_that_does_not_serve_is_alive_and_says_why(config: Config) -> None:
    async with fault_box(config, LedgerDamaged("The ledger is damaged: page 7")) as application:
        tcp = client(application.for_tcp(), Host="localhost")
        assert (await tcp.get("/healthz")).status_code == 200
        response = await tcp.get("/readyz")
        metrics = (await tcp.get("/metrics")).text.splitlines()
    assert response.status_code == 503
    assert response.json()["detail"].startswith("The ledger is damaged: page 7")
    assert {"boxd_ready 0.0", "boxd_ledger_whole 0.0"} <= set(metrics)


async def test_the_metrics_follow_the_snapshot(tcp: httpx.AsyncClient, box: LiveBox) -> None:
    box.receive("sticker", 15)
    box.claim("r-1", "sticker", "bay-1")
    box.claim("r-2", "sticker", "bay-2")
    await box.settled()
    await asyncio.sleep(0.01)  # the oldest of them has an age
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert "boxd_ready 1.0" in lines
    assert "boxd_prompts 2.0" in lines
    assert 'boxd_stock_units{place="on_hand",sku="sticker"} 13.0' in lines
    assert 'boxd_bay_state{bay="bay-1",state="ready"} 1.0' in lines
    oldest = next(line for line in lines if line.startswith("boxd_prompt_oldest_seconds"))
    assert 0 < float(oldest.split()[1]) < 20


async def test_the_metrics_say_what_is_wrong(tcp: httpx.AsyncClient, box: LiveBox) -> None:
    box.alarm("door_left_open", "locker 1", "Shut it")
    box.front.unplug("board-1")
    box.parts.registry.device("board-0").line.note(LineFault.BAD_FRAME, 3)
    box.snapshots.health.change(state="out_of_service", why="away", temporal="down")
    await box.until_shown(lambda shown: shown["devices"][1]["state"] == "unreachable")
    await box.settled()
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert 'boxd_device_state{device="board-1",state="unreachable"} 1.0' in lines
    assert "boxd_alarms 1.0" in lines
    assert 'boxd_device_line_faults_total{device="board-0",fault="bad_frames"} 3.0' in lines
    assert {"boxd_ready 0.0", "boxd_temporal_up 0.0", "boxd_ledger_whole 1.0"} <= set(lines)
