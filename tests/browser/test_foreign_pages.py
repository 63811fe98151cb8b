"""A page of somebody else's, open in a browser on the box, gets nothing done on any port."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from temporalio.client import Client

from tests.box.booth import Booth, wait_until

# A form that sends text/plain writes a JSON body: its field's name, "=", its value.
FORM = """
<form method="post" enctype="text/plain" action="{action}">
  <input name='{{"workflowType":{{"name":"Redemption"}},"taskQueue":{{"name":"boxd-box-1"}},"x":"'
         value='"}}'>
  <button>Win a prize</button>
</form>
"""
WORKFLOWS = "/api/v1/namespaces/default/workflows"


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The folder and the address of somebody else's pages."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def begun(booth: Booth) -> int:
    """How many workflows there are, or were."""

    async def count() -> int:
        client = await Client.connect(f"127.0.0.1:{booth.temporal_port}")
        return (await client.count_workflows()).count

    return asyncio.run(count())


@pytest.mark.parametrize("port", ["port", "http_port", "ui_port", "metrics_port"])
def test_a_form_starts_no_workflow(
    driver: webdriver.Chrome, browser_booth: Booth, foreign: tuple[Path, str], port: str
) -> None:
    folder, address = foreign
    ports = tomllib.loads(browser_booth.config.read_text(encoding="utf-8"))["temporal"]
    action = f"http://127.0.0.1:{ports[port]}{WORKFLOWS}/forged-by-a-form"
    (folder / "page.html").write_text(FORM.format(action=action), encoding="utf-8")
    before = begun(browser_booth)
    driver.get(f"{address}/page.html")
    driver.find_element(By.TAG_NAME, "button").click()
    wait_until("the form is sent", lambda: "page.html" not in driver.current_url)
    assert begun(browser_booth) == before
    assert browser_booth.is_ready()


def test_a_page_whose_name_leads_here_is_not_one_of_temporals(
    driver: webdriver.Chrome, browser_booth: Booth
) -> None:
    ports = tomllib.loads(browser_booth.config.read_text(encoding="utf-8"))["temporal"]
    driver.get(f"http://rebound.example:{ports['ui_port']}{WORKFLOWS}")
    assert "localhost or 127.0.0.1 only" in driver.find_element(By.TAG_NAME, "body").text
    driver.get(f"http://localhost:{ports['ui_port']}/namespaces/default/workflows")
    wait_until("the pages are there", lambda: "Workflows" in driver.page_source)
