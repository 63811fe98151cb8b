"""The gateway and the daemon end and begin again, each by itself; phones read so in words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from boxd.api.server import WebServer
from boxd.cli.program import code_of
from boxd.daemon.phones_gateway import PhonesGateway
from boxd.gateway.request import LONGEST_BODY
from boxd.gateway.starting import command_line, settings_in_memory
from boxd.phones.gateway_settings import gateway_settings
from tests.api.live_box import LiveBox, bearer
from tests.gateway.network import HOST, configured_for_phones, is_open, phones_network
from tests.temporal.conftest import until

PRIZES = "/api/v1/prizes"


async def test_a_killed_gateway_is_back_and_serves(box: LiveBox) -> None:
    async with phones_network(box) as network:
        before = network.process
        network.kill()
        await until(lambda: network.process not in {0, before}, "another one")
        await until(lambda: is_open(network.port), "its listener")
        async with asyncio.timeout(20), httpx.AsyncClient(base_url=network.url) as phone:
            while (await phone.get("/healthz")).json() != {"alive": True}:
                pass


async def test_another_name_of_the_box_ends_nobody_s_connection(box: LiveBox) -> None:
    async with phones_network(box) as network, httpx.AsyncClient(base_url=network.url) as phone:
        before = network.process
        large = b" " * (LONGEST_BODY + 1)
        assert "Prize box" in (await phone.post("/a/x/photo", content=large)).text
        reader, writer = await asyncio.open_connection(HOST, network.port)
        await box.parts.label.choose("Hall 7", "olga")
        network.gateway.move_to(network.url)
        async with asyncio.timeout(20):
            while "Hall 7" not in (await phone.post("/a/x/photo", content=large)).text:
                pass
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert b" 200 " in await asyncio.wait_for(reader.readline(), 10)
        writer.close()
        assert network.process == before


async def test_it_ends_with_its_daemon(box: LiveBox) -> None:
    async with phones_network(box) as network:
        gateway = network.process
    await until(lambda: not Path(f"/proc/{gateway}").exists(), "the end")


async def test_while_the_daemon_is_away_phones_read_so_in_words(box: LiveBox) -> None:
    """A gateway of its own unit, as systemd runs it."""
    config = configured_for_phones(box.parts.config)
    own = config.model_copy(
        update={"temporal": config.temporal.model_copy(update={"own_unit": True})}
    )
    settings = settings_in_memory(
        gateway_settings(config, str(config.phones.public_url), "Prize box").to_json()
    )
    process = await asyncio.create_subprocess_exec(*command_line(settings), pass_fds=[settings])
    url = str(config.phones.public_url)
    try:
        async with httpx.AsyncClient(base_url=url) as phone:
            await until(lambda: is_open(config.phones.port), "the listener")
            page = await phone.get("/c/x")
            assert (page.status_code, page.headers["retry-after"]) == (503, "4")
            assert "tries again by itself" in page.text
            assert 'http-equiv="refresh" content="4"' in page.text
            assert page.headers["x-content-type-options"] == "nosniff"
            posted = await phone.post("/a/x/submission", data={"text": "x"})
            assert "nothing was changed" in posted.text
            api = await phone.get(PRIZES)
            assert api.headers["content-type"] == "application/problem+json"
            assert (await phone.get("/healthz")).status_code == 503

            server = WebServer(box.application())
            gateway = PhonesGateway(own, server, box.ledger, url, box.parts.label.shown)
            keeping = asyncio.create_task(gateway.keep())
            await until(lambda: gateway.link.is_up, "the link")
            served = await phone.get(PRIZES, headers=bearer(box.token("it")))
            assert served.status_code == httpx.codes.OK
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await server.stop()
            async with asyncio.timeout(20):
                while (await phone.get("/healthz")).status_code != 503:
                    pass
            assert (await phone.get(PRIZES)).status_code == 503
    finally:
        process.terminate()
        await process.wait()


def test_a_unit_that_is_not_needed_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    config = Path(__file__).parents[2] / "config" / "sim.toml"
    assert code_of(["--config", str(config), "phones", "--unit"]) == 2
    assert "phones.enabled is false" in capfd.readouterr().out
