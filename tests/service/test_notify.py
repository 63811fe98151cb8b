"""What a service manager hears, and that without one nothing is missing."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from boxd.service.notify import ALIVE, READY, Notifier, more_time, status, watchdog_s


def bound(address: str) -> socket.socket:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(address)
    heard.settimeout(5)
    return heard


def test_assignments_arrive_together(tmp_path: Path) -> None:
    with bound(str(tmp_path / "notify")) as heard:
        Notifier(str(tmp_path / "notify")).tell(READY, status("ready"))

        assert heard.recv(4096) == b"READY=1\nSTATUS=ready"


def test_an_abstract_socket_is_reached() -> None:
    name = f"boxd-test-{os.getpid()}"
    with bound("\0" + name) as heard:
        Notifier("@" + name).tell(ALIVE)

        assert heard.recv(4096) == b"WATCHDOG=1"


def test_children_do_not_inherit_the_socket(tmp_path: Path) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "PATH": "/bin"}

    assert Notifier.of_this_process(environment).is_heard
    assert environment == {"PATH": "/bin"}


def test_without_a_manager_nothing_is_told() -> None:
    nobody = Notifier.of_this_process({})
    nobody.tell(READY)

    assert not nobody.is_heard


def test_a_manager_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "gone")).tell(READY)


def test_a_status_is_one_line_of_bounded_length() -> None:
    assert status("out of service:\n disk  full") == "STATUS=out of service: disk full"
    assert len(status("x" * 10_000)) == 407


def test_more_time_is_asked_for_in_microseconds() -> None:
    assert more_time(2.5) == "EXTEND_TIMEOUT_USEC=2500000"


def test_the_watchdogs_patience_is_this_processs_own() -> None:
    mine = {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}

    assert watchdog_s(mine) == 60.0
    assert watchdog_s(mine | {"WATCHDOG_PID": "1"}) is None
    assert watchdog_s({}) is None
    assert watchdog_s({"WATCHDOG_USEC": "0"}) is None
