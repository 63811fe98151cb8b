"""Temporal: not there, hanging, and its file cut short, of another version, or put aside."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import psutil

from boxd.config import load
from boxd.doctor.finding import Grade
from boxd.service.port_guard import rules
from boxd.temporal.ports import holders_of
from tests.box.booth import Booth
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect


def database(resting: RestingBox) -> Path:
    return resting.state / "temporal" / "temporal.db"


def test_a_server_that_answers_hangs_and_answers_again(running: Booth) -> None:
    box = context(running.config)
    expect(box, "Temporal", "server", Grade.PASSED, "answers")
    (server,) = holders_of(running.temporal_port)
    os.kill(server, signal.SIGSTOP)
    try:
        expect(box, "Temporal", "server", Grade.FAILED, "hangs", "systemctl restart boxd")
    finally:
        os.kill(server, signal.SIGCONT)
    expect(box, "Temporal", "server", Grade.PASSED)
    assert psutil.pid_exists(server)


def test_a_server_that_is_not_there(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Temporal", "server", Grade.FAILED, "boxd, which starts it, does not run")
    resting.change("[temporal]", "[temporal]\nown_unit = true")
    box = context(resting.config)
    expect(box, "Temporal", "server", Grade.FAILED, "journalctl -u boxd-temporal")


def test_another_machine_s_server(new_box: Callable[..., Booth]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        address = f"127.0.0.1:{there.getsockname()[1]}"
        config = new_box((r"# address = .*", f'address = "{address}"')).config
        expect(context(config), "Temporal", "server", Grade.PASSED, address)
    expect(context(config), "Temporal", "server", Grade.FAILED, address, "nc -vz 127.0.0.1")


def test_ports_that_other_users_reach(resting: RestingBox) -> None:
    expect(context(resting.config), "Temporal", "ports", Grade.SKIPPED, "no boxd-temporal.service")
    resting.change("[temporal]", "[temporal]\nown_unit = true")
    port = load(resting.config).temporal.port
    in_force = rules((port,), (0, 4321))
    for told, grade in ((in_force, Grade.PASSED), ("", Grade.WARNED), (None, Grade.WARNED)):
        box = context(resting.config, run=lambda _, told=told: told)
        expect(box, "Temporal", "ports", grade)
    without = context(resting.config, is_root=False)
    expect(without, "Temporal", "ports", Grade.SKIPPED, "sudo boxd doctor")


def test_a_file_that_is_whole(resting: RestingBox) -> None:
    expect(context(resting.config), "Temporal", "file", Grade.PASSED, "is whole")


def test_a_file_that_was_cut_short(resting: RestingBox) -> None:
    size = database(resting).stat().st_size
    os.truncate(database(resting), size // 2)
    box = context(resting.config)
    expect(box, "Temporal", "file", Grade.FAILED, "damaged", "restart boxd.target")


def test_a_file_of_another_version(resting: RestingBox) -> None:
    sidecar = resting.state / "temporal" / "temporal.db.json"
    sidecar.write_text(sidecar.read_text().replace("temporal version 1", "temporal version 0"))
    expect(context(resting.config), "Temporal", "file", Grade.FAILED, "it was made by")


def test_a_file_that_was_put_aside(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Temporal", "files set aside", Grade.PASSED)
    database(resting).rename(f"{database(resting)}.set-aside-20261121T120000")
    expect(box, "Temporal", "files set aside", Grade.WARNED, "1 kept in", "sudo rm")
