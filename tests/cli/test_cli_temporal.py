"""The Temporal server alone, and the temporal CLI pointed at it: the real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.cli_line import CONFIGURATION
from tests.ports import free_ports

BOXD = (sys.executable, "-m", "boxd")
DEADLINE_S = 60


def _boxd(config_file: Path, *line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*BOXD, "--config", str(config_file), *line),
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env={**os.environ, "SUDO_USER": "ada"},
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a box whose Temporal server runs alone; it is to end cleanly."""
    folder = tmp_path_factory.mktemp("temporal")
    config_file = folder / "boxd.toml"
    port, http, metrics = free_ports(3)
    config_file.write_text(
        CONFIGURATION.format(state_dir=folder)
        + f"[temporal]\nport = {port}\nhttp_port = {http}\nmetrics_port = {metrics}\nui = false\n"
    )
    command = (*BOXD, "temporal-server", "--config", str(config_file))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        _wait_until_up(folder / "log", process)
        yield config_file
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(DEADLINE_S)
    assert code == 0, (folder / "log").read_text()


def _wait_until_up(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while "temporal_server.up" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def test_the_temporal_cli_is_pointed_at_the_box(server: Path) -> None:
    told = _boxd(server, "temporal", "workflow", "list", "--output", "json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout or "[]") == []


def test_arguments_reach_the_temporal_cli_untouched(server: Path) -> None:
    told = _boxd(server, "temporal", "workflow", "--help")
    assert "temporal workflow" in told.stdout
    assert _boxd(server, "temporal", "workflow", "list", "--no-such-flag").returncode != 0


def test_a_history_is_shown_as_a_table_and_as_what_an_sdk_replays(server: Path) -> None:
    started = _boxd(
        server,
        "temporal",
        "workflow",
        "start",
        "--workflow-id",
        "redemption-5d1c",
        "--type",
        "Redemption",
        "--task-queue",
        "nobody",
    )
    assert started.returncode == 0, started.stderr
    table = _boxd(server, "redemptions", "history", "5d1c")
    assert table.returncode == 0, table.stderr
    assert "workflow execution started" in table.stdout
    assert "Redemption" in table.stdout
    told = _boxd(server, "redemptions", "history", "5d1c", "--json")
    assert json.loads(told.stdout)["events"][0]["eventType"].endswith("WORKFLOW_EXECUTION_STARTED")


def test_a_redemption_without_a_history_is_told(server: Path) -> None:
    told = _boxd(server, "redemptions", "history", "nothing")
    assert told.returncode == 1
    assert "not found" in told.stderr
    assert "Traceback" not in told.stderr
