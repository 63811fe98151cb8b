"""Alive, ready, and what Prometheus reads."""

from __future__ import annotations

import httpx

from tests.web import snapshots
from tests.web.double import BoxDouble


async def test_a_box_that_serves_is_alive_and_ready(tcp: httpx.AsyncClient) -> None:
    assert (await tcp.get("/healthz")).status_code == 200
    assert (await tcp.get("/readyz")).json() == {"ready": True}


async def test_a_box_that_does_not_serve_is_alive_and_says_why(
    tcp: httpx.AsyncClient, box: BoxDouble
) -> None:
    box.show(snapshots.state("ledger-damaged"))
    assert (await tcp.get("/healthz")).status_code == 200
    response = await tcp.get("/readyz")
    assert response.status_code == 503
    assert response.json()["detail"].startswith("The ledger is damaged: page 7")


async def test_the_metrics_follow_the_snapshot(tcp: httpx.AsyncClient, box: BoxDouble) -> None:
    box.show(snapshots.state("two-prompts"))
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert "boxd_ready 1.0" in lines
    assert "boxd_prompts 2.0" in lines
    assert 'boxd_stock_units{place="on_hand",sku="sticker"} 14.0' in lines
    assert 'boxd_bay_state{bay="bay-1",state="busy"} 1.0' in lines
    oldest = next(line for line in lines if line.startswith("boxd_prompt_oldest_seconds"))
    assert float(oldest.split()[1]) >= 48


async def test_the_metrics_tell_what_is_wrong(tcp: httpx.AsyncClient, box: BoxDouble) -> None:
    box.show(snapshots.state("unreachable"))
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert 'boxd_device_state{device="board-1",state="unreachable"} 1.0' in lines
    assert "boxd_alarms 3.0" in lines
    box.show(snapshots.state("temporal-down"))
    lines = (await tcp.get("/metrics")).text.splitlines()
    assert {"boxd_ready 0.0", "boxd_temporal_up 0.0", "boxd_ledger_whole 1.0"} <= set(lines)
