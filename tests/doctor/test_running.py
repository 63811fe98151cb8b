"""The daemon: dead, stopped in its tracks, out of service; alarms and lockers that it tells of."""

from __future__ import annotations

import os
import signal

import httpx

from boxd.doctor.finding import Grade
from tests.box.booth import Booth, wait_until
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect


def test_a_box_that_runs(running: Booth) -> None:
    wait_until("it takes codes", lambda: health(running) == "ready")
    box = context(running.config)
    expect(box, "Daemon", "boxd", Grade.PASSED, "takes codes")
    expect(box, "Daemon", "alarms", Grade.PASSED)
    expect(box, "Daemon", "lockers", Grade.PASSED)
    expect(box, "Versions", "boxd", Grade.PASSED)


def test_a_box_that_does_not_run(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Daemon", "boxd", Grade.FAILED, "does not run", "systemctl start boxd.target")
    expect(box, "Daemon", "alarms", Grade.SKIPPED)


def test_a_daemon_that_was_killed(running: Booth) -> None:
    running.kill()
    box = context(running.config)
    expect(box, "Daemon", "boxd", Grade.FAILED, "does not run")


def test_a_daemon_that_hangs(running: Booth) -> None:
    os.kill(running.pid, signal.SIGSTOP)
    try:
        box = context(running.config)
        expect(box, "Daemon", "boxd", Grade.FAILED, "does not answer", "systemctl restart boxd")
        expect(box, "Daemon", "lockers", Grade.SKIPPED, "has not answered")
    finally:
        os.kill(running.pid, signal.SIGCONT)
    wait_until("it goes on", lambda: health(running) == "ready")
    expect(context(running.config), "Daemon", "boxd", Grade.PASSED)


def test_a_daemon_that_dispenses_nothing(running: Booth) -> None:
    running.stop()
    (running.state / "keys" / "claim.key").chmod(0o644)
    running.start(until_ready=False)
    wait_until("it says so", lambda: health(running) == "out_of_service")
    box = context(running.config)
    expect(box, "Daemon", "boxd", Grade.FAILED, "out of service", "claim.key", "mode 600")
    running.kill()


def health(booth: Booth) -> str:
    try:
        return str(booth.snapshot()["health"]["state"])
    except httpx.TransportError:
        return "not there"


def test_a_locker_out_of_service(running: Booth) -> None:
    words = ("out-of-service", "2", "--reason", "latch bent")
    assert running.command("lockers", *words).returncode == 0
    wait_until(
        "it is shown",
        lambda: any(each["state"] == "out_of_service" for each in running.snapshot()["lockers"]),
    )
    box = context(running.config)
    expect(box, "Daemon", "lockers", Grade.WARNED, "latch bent", "boxd lockers in-service 2")
    expect(box, "Daemon", "alarms", Grade.PASSED)


def test_an_alarm_that_stands(running: Booth) -> None:
    running.fault("locker-1", "spring")
    wait_until("it is raised", lambda: running.snapshot()["alarms"])
    box = context(running.config)
    expect(box, "Daemon", "alarms", Grade.WARNED, "ocker 1", "boxd alarms clear 1")
