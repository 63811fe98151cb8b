"""Temporal's pages answer to this machine's own names, and to no other."""

from __future__ import annotations

import stat
from pathlib import Path

import httpx
import pytest

from boxd.config.schema import Temporal
from boxd.temporal.pages_gate import head_to_pass
from tests.temporal.conftest import serving
from tests.workflows.event import until


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8233", "LOCALHOST", "[::1]:8233"])
def test_a_request_by_this_machines_names_is_passed_on(host: str) -> None:
    passed = head_to_pass(f"GET /a HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode())
    expected = f"GET /a HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    assert passed == expected.encode()


@pytest.mark.parametrize(
    "fields",
    [
        "Host: rebound.example:8233",
        "Host: localhost.example",
        "Host: 127.0.0.1.example",
        "Host: localhost\r\nHost: rebound.example",
        "Host: localhost@rebound.example",
        "Accept: */*",
    ],
)
def test_a_request_by_another_name_is_refused(fields: str) -> None:
    assert head_to_pass(f"GET /a HTTP/1.1\r\n{fields}\r\n\r\n".encode()) is None


def test_one_connection_carries_one_request() -> None:
    head = b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
    assert head_to_pass(head) == head.replace(b"keep-alive", b"close")


async def test_the_pages_are_shown_by_their_known_address_only(
    settings: Temporal, directory: Path
) -> None:
    shown = settings.model_copy(update={"ui": True})
    async with serving(shown, directory), httpx.AsyncClient() as browser:
        url = f"http://127.0.0.1:{settings.ui_port}/api/v1/namespaces"

        async def ask(host: str) -> int:
            try:
                return (await browser.get(url, headers={"Host": host})).status_code
            except httpx.TransportError:  # the pages come a moment after the server
                return 0

        async def are_there() -> bool:
            return await ask("localhost") == httpx.codes.OK

        await until(are_there, "the pages")
        by_ssh = httpx.AsyncHTTPTransport(uds=str(directory / "pages.sock"))
        async with httpx.AsyncClient(transport=by_ssh, base_url="http://localhost:8233") as other:
            assert (await other.get("/api/v1/namespaces")).status_code == httpx.codes.OK
        assert stat.S_IMODE((directory / "pages.sock").stat().st_mode) == 0o660
        assert await ask("rebound.example") == httpx.codes.MISDIRECTED_REQUEST


async def test_the_http_api_answers_to_no_name_that_a_browser_can_use(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory), httpx.AsyncClient() as browser:
        url = f"http://127.0.0.1:{settings.http_port}/api/v1/namespaces/default/workflows/forged"
        for host in (None, "localhost", "rebound.example"):
            answer = await browser.post(
                url,
                content='{"workflowType":{"name":"Redemption"},"taskQueue":{"name":"boxd-box-1"}}',
                headers={"Content-Type": "text/plain"} | ({"Host": host} if host else {}),
            )
            assert answer.status_code == 403
