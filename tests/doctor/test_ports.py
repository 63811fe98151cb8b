"""Ports: free, this box's own, and taken by a program that stands there for real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from boxd.doctor.finding import Grade
from tests.box.booth import Booth
from tests.doctor.seeing import context, expect, findings

LISTEN = """
import socket, sys
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def listen() -> Iterator[Callable[[int], int]]:
    """Starts another program that listens on a port; returns its pid."""
    started: list[subprocess.Popen[bytes]] = []

    def on(port: int) -> int:
        command = (sys.executable, "-c", LISTEN, str(port))
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        assert started[-1].stdout
        started[-1].stdout.readline()
        return started[-1].pid

    yield on
    for each in started:
        each.communicate()


def test_ports_that_are_free(new_box: Callable[..., Booth]) -> None:
    expect(context(new_box().config), "Ports", "ports", Grade.PASSED, "is free")


def test_ports_of_this_box(running: Booth) -> None:
    found = findings(context(running.config), "Ports", "ports")
    assert {each.grade for each in found} == {Grade.PASSED}
    assert all("is this box's" in each.seen for each in found), found


def test_a_port_that_another_program_has(
    new_box: Callable[..., Booth], listen: Callable[[int], int]
) -> None:
    booth = new_box()
    pid = listen(booth.port)
    box = context(booth.config)
    found = expect(box, "Ports", "ports", Grade.FAILED, f"pid {pid}", "web.port")
    assert found.remedy.startswith(f"sudo ss -ltnp 'sport = :{booth.port}'")


def test_a_port_that_another_took_while_the_box_runs(
    running: Booth, listen: Callable[[int], int]
) -> None:
    running.stop()
    pid = listen(running.temporal_port)
    running.start(until_ready=False)
    box = context(running.config)
    expect(box, "Ports", "ports", Grade.FAILED, f"pid {pid}", "temporal.port")
    assert running.is_running()
    assert os.getpid() != pid
    running.kill()


def test_who_holds_a_port_is_not_for_everybody_to_see(
    new_box: Callable[..., Booth], listen: Callable[[int], int]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    booth = new_box()
    listen(booth.port)
    box = context(booth.config, is_root=False)
    os.seteuid(65534)
    try:
        found = findings(box, "Ports", "ports")
    finally:
        os.seteuid(0)
    assert [each.remedy for each in found if each.grade is Grade.SKIPPED] == ["sudo boxd doctor"]
