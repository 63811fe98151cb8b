"""The pages and their files come whole from the box."""

from __future__ import annotations

import re

import httpx
import pytest

from boxd.web.pages import SPOKEN, STATIC, load_spoken

FILES = sorted(path.name for path in STATIC.iterdir())


@pytest.mark.parametrize("page", ["/", "/sim"])
async def test_a_page_asks_nothing_of_another_host(tcp: httpx.AsyncClient, page: str) -> None:
    html = (await tcp.get(page)).text
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert links
    assert all(link.startswith("/") for link in links)
    for link in links:
        assert (await tcp.get(link)).status_code == 200


@pytest.mark.parametrize("name", SPOKEN)
def test_a_page_has_nothing_that_the_content_policy_forbids(name: str) -> None:
    html = load_spoken()[name].content.decode()
    html = re.sub(r'<script type="application/json" id="words">.*?</script>', "", html, flags=re.S)
    assert not re.findall(r"<style|style=|<script(?![^>]*src=)|\son\w+=|javascript:", html)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
async def test_what_a_script_imports_is_there(tcp: httpx.AsyncClient, name: str) -> None:
    script = (await tcp.get(f"/static/{name}")).text
    for other in re.findall(r'from "\./([^"]+)"', script):
        assert other in FILES


async def test_a_file_is_sent_once_while_it_stays_the_same(tcp: httpx.AsyncClient) -> None:
    first = await tcp.get("/static/hud.js")
    again = await tcp.get("/static/hud.js", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("name", ["..%2fapp.py", "%2e%2e/app.py", "hud.js/..", "/etc/passwd"])
async def test_only_the_pages_files_are_served(tcp: httpx.AsyncClient, name: str) -> None:
    assert (await tcp.get(f"/static/{name}")).status_code == 404
