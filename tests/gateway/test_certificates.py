"""The phones' certificate: taken whole, renewed while the gateway serves, refused in words."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from boxd.errors import ConfigError
from boxd.gateway.certificate import Certificate
from boxd.ledger import alarms
from tests.api.live_box import LiveBox
from tests.gateway.network import DEADLINE_S, HOST, phones_network
from tests.web.certificates import fingerprint, write_pair

PRIZES = "/api/v1/prizes"
SLOW_TO_READ = b"a key file may begin with any text\n" * 1_000_000


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return write_pair(tmp_path)


async def shown_at(port: int) -> str:
    """The fingerprint of the certificate that a new client is shown, some 40 times a second.

    More often than 3,000 times a minute nobody at one address is let in.
    """
    await asyncio.sleep(0.025)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(HOST, port, ssl=context)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return fingerprint(shown)


async def shows(port: int, holds: Callable[[str], bool]) -> str:
    """The fingerprint, once it is as wanted; no client in between is turned away."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if holds(found := await shown_at(port)):
                return found


async def told(box: LiveBox) -> str:
    """The listener's alarm; empty without one."""
    found = await box.ledger.read(alarms.active)
    return next((str(each["text"]) for each in found if each["kind"] == "phones_listener"), "")


async def test_a_pair_is_renewed_while_phones_are_served(
    box: LiveBox, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    before = ssl.create_default_context(cafile=pair[0])
    async with (
        phones_network(box, tls_cert_file=str(pair[0]), tls_key_file=str(pair[1])) as network,
        httpx.AsyncClient(base_url=network.url, verify=before) as phone,
    ):
        assert (await phone.get(PRIZES)).status_code == 401
        first = await shown_at(network.port)

        (tmp_path / "other").mkdir()
        other_certificate, other_key = write_pair(tmp_path / "other")
        pair[0].write_bytes(other_certificate.read_bytes())
        async with asyncio.timeout(DEADLINE_S):
            while "put a certificate and its own key there" not in await told(box):
                assert await shown_at(network.port) == first
        pair[1].write_bytes(SLOW_TO_READ + other_key.read_bytes())
        await shows(network.port, lambda found: found != first)
        assert (await phone.get(PRIZES)).status_code == 401  # on the connection that stands
        async with asyncio.timeout(DEADLINE_S):
            while await told(box):
                await shown_at(network.port)


def test_a_key_that_others_may_read_is_not_used(pair: tuple[Path, Path]) -> None:
    pair[1].chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        Certificate(*pair)


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAA\n"])
def test_a_file_that_is_no_certificate_is_named(pair: tuple[Path, Path], content: str) -> None:
    pair[0].write_text(content)
    with pytest.raises(ConfigError, match=r"phones.tls_cert_file .*phones.pem"):
        Certificate(*pair)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        Certificate(tmp_path / "no.pem", tmp_path / "no.key")
