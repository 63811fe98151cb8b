"""A box connects to an external Temporal, and says what is wrong when it can't."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

from boxd.config.schema import Temporal
from boxd.errors import ConfigError, TemporalUnavailable
from boxd.temporal.binary import find_binary
from boxd.temporal.client import cli_environment, connect
from boxd.temporal.command import LOOPBACK
from boxd.temporal.credentials import read_credentials
from tests.ports import free_ports

PEM = "-----BEGIN {0}-----\nAAAA\n-----END {0}-----\n"


@asynccontextmanager
async def somebody_elses_server() -> AsyncIterator[str]:
    """A Temporal server that boxd did not start, with nothing prepared; its address."""
    grpc, http, metrics = free_ports(3)
    process = await asyncio.create_subprocess_exec(
        find_binary(Temporal()),
        "server",
        "start-dev",
        "--ip",
        LOOPBACK,
        "--headless",
        "--port",
        str(grpc),
        "--http-port",
        str(http),
        "--metrics-port",
        str(metrics),
        "--log-level",
        "never",
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"{LOOPBACK}:{grpc}"
    finally:
        process.kill()
        await process.wait()


async def test_an_external_server_gets_the_search_attributes_it_lacks() -> None:
    async with somebody_elses_server() as address:
        client = await connect(Temporal(address=address), None, deadline_s=20)
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace="default")
        )
        await connect(Temporal(address=address), None)
    assert {"BoxdBay", "BoxdLocker", "BoxdState"} <= set(listed.custom_attributes)


async def test_what_an_external_server_refuses_is_said_in_words() -> None:
    async with somebody_elses_server() as address:
        await connect(Temporal(address=address), None, deadline_s=20)
        with pytest.raises(TemporalUnavailable, match="it has no namespace 'booth'; create it"):
            await connect(Temporal(address=address, namespace="booth"), None, deadline_s=0.5)
        with pytest.raises(TemporalUnavailable, match=r"does not speak TLS; set temporal\.tls"):
            await connect(Temporal(address=address, tls=True), None, deadline_s=0.5)


async def test_an_api_key_is_sent_without_its_newline(tmp_path: Path) -> None:
    key = secret(tmp_path / "api-key", "abc.def\n")
    async with somebody_elses_server() as address:
        await connect(Temporal(address=address, api_key_file=key), None, deadline_s=20)


async def test_nobody_at_the_address_is_named_with_the_address() -> None:
    [port] = free_ports(1)
    with pytest.raises(TemporalUnavailable, match=f"{LOOPBACK}:{port} .*nobody listens there"):
        await connect(Temporal(address=f"{LOOPBACK}:{port}"), None, deadline_s=0.2)


async def test_an_unknown_name_is_told_apart_from_a_silent_server() -> None:
    with pytest.raises(TemporalUnavailable, match=r"the name is not known; is the network up"):
        await connect(Temporal(address="temporal.invalid:7233"), None, deadline_s=1)


def secret(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


async def test_a_missing_api_key_file_is_named_at_once(tmp_path: Path) -> None:
    settings = Temporal(address="temporal.invalid:7233", api_key_file=tmp_path / "api-key")
    with pytest.raises(ConfigError, match=r"temporal\.api_key_file .*No such file .*put the file"):
        await connect(settings, None)


def test_broken_files_are_named_with_the_remedy(tmp_path: Path) -> None:
    open_key = secret(tmp_path / "open", "abc", 0o644)
    with pytest.raises(ConfigError, match=f"can be read by other users; chmod 600 {open_key}"):
        read_credentials(Temporal(api_key_file=open_key))
    with pytest.raises(ConfigError, match="holds no API key: one line without spaces"):
        read_credentials(Temporal(api_key_file=secret(tmp_path / "two", "two words")))
    with pytest.raises(ConfigError, match=r"temporal\.tls_ca_file .*no PEM block 'CERTIFICATE'"):
        read_credentials(Temporal(tls_ca_file=secret(tmp_path / "ca", "not a certificate")))
    with pytest.raises(ConfigError, match=r"tls_cert_file and temporal\.tls_key_file go together"):
        read_credentials(Temporal(tls_cert_file=tmp_path / "cert"))
    certificate = secret(tmp_path / "cert", PEM.format("CERTIFICATE"))
    key = secret(tmp_path / "key", PEM.format("PRIVATE KEY"), 0o640)
    with pytest.raises(ConfigError, match=r"temporal\.tls_key_file .*chmod 600"):
        read_credentials(Temporal(tls_cert_file=certificate, tls_key_file=key))


def test_credentials_never_print_what_they_hold(tmp_path: Path) -> None:
    held = read_credentials(Temporal(api_key_file=secret(tmp_path / "key", "abcdef")))
    assert "abcdef" not in f"{held!r} {held}"


def test_the_cli_is_pointed_at_the_embedded_server() -> None:
    assert cli_environment(Temporal(port=7999)) == {
        "TEMPORAL_ADDRESS": "127.0.0.1:7999",
        "TEMPORAL_NAMESPACE": "default",
    }


def test_the_cli_is_pointed_at_an_external_service_with_its_files(tmp_path: Path) -> None:
    settings = Temporal(
        address="booth.example:7233",
        namespace="booth",
        api_key_file=secret(tmp_path / "key", "abcdef\n"),
        tls_ca_file=secret(tmp_path / "ca", PEM.format("CERTIFICATE")),
    )
    assert cli_environment(settings) == {
        "TEMPORAL_ADDRESS": "booth.example:7233",
        "TEMPORAL_NAMESPACE": "booth",
        "TEMPORAL_TLS": "true",
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(tmp_path / "ca"),
        "TEMPORAL_API_KEY": "abcdef",
    }
