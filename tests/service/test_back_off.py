"""The pauses between starts of a service that dies at once."""

from __future__ import annotations

import socket
from itertools import accumulate
from pathlib import Path

from boxd.service.back_off import Starts, wait_if_restarted
from boxd.service.notify import Notifier


def waits(lives_s: list[float]) -> list[float]:
    """What a service waits at each start, when it lives so long after each."""
    last = Starts(-1000.0)
    told = []
    for now_s in accumulate(lives_s, initial=0.0):
        last = last.next(now_s)
        told.append(last.wait_s)
    return told


def test_the_first_death_is_forgiven_and_each_further_one_waits_twice_as_long() -> None:
    assert waits([1] * 8) == [0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_a_service_that_lived_begins_anew() -> None:
    assert waits([1, 1, 1, 31, 1, 1]) == [0, 0, 1, 2, 0, 0, 1]


def test_a_clock_that_began_anew_is_no_quick_death() -> None:
    assert Starts(5000.0, 6).next(3.0) == Starts(3.0, 0)


def test_starts_are_remembered_and_waiting_is_said(tmp_path: Path) -> None:
    environment = {"RUNTIME_DIRECTORY": str(tmp_path)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(5)
        for _ in range(3):
            wait_if_restarted(Notifier(str(tmp_path / "notify")), environment)

        assert heard.recv(4096) == (
            b"STATUS=waiting 1 s: the last 2 starts failed; the journal says why\n"
            b"EXTEND_TIMEOUT_USEC=181000000"
        )


def test_starts_that_can_t_be_remembered_keep_no_box_from_starting(tmp_path: Path) -> None:
    gone = tmp_path / "gone"

    wait_if_restarted(Notifier(str(tmp_path / "notify")), {"RUNTIME_DIRECTORY": str(gone)})

    assert not gone.exists()


def test_a_box_that_nobody_restarts_waits_for_nothing(tmp_path: Path) -> None:
    for _ in range(5):
        wait_if_restarted(Notifier(""), {"RUNTIME_DIRECTORY": str(tmp_path)})

    assert list(tmp_path.iterdir()) == []
