"""Times and tables as people read them."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

import pytest

from boxd.cli.times import span, when
from tests.cli.box_in_thread import BoxInThread

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("shown", "iso"),
    [
        ("13:00:00 (now)", "2026-11-21T12:00:00.000Z"),
        ("12:59:55 (5 s ago)", "2026-11-21T11:59:55Z"),
        ("12:58:01 (1 min ago)", "2026-11-21T11:58:01Z"),
        ("2026-11-20 13:00 (1 d ago)", "2026-11-20T12:00:00+00:00"),
        ("00:30:00 (12 h ago)", "2026-11-20T23:30:00Z"),
        ("2026-11-24 13:00 (in 3 d)", "2026-11-24T12:00:00Z"),
        ("", ""),
    ],
)
@pytest.mark.usefixtures("berlin")
def test_times_are_local_and_relative(shown: str, iso: str) -> None:
    assert when(iso, NOW) == shown


def test_a_span_is_told_in_its_largest_unit() -> None:
    assert span(NOW, NOW.replace(hour=14, minute=59)) == "2 h ago"


def _in_terminal(config_file: Path, columns: int, *line: str) -> str:
    """What a command shows in a terminal of so many columns."""
    leader, follower = pty.openpty()
    ioctl(follower, TIOCSWINSZ, pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "BOXD_CONFIG": str(config_file), "TERM": "xterm"}
    command = subprocess.Popen(
        (sys.executable, "-m", "boxd", *line), stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    shown = b""
    with os.fdopen(leader, "rb", buffering=0) as screen:
        try:
            while chunk := screen.read(4096):
                shown += chunk
        except OSError:  # how Linux says that the other end of the terminal is closed
            command.wait(30)
    return shown.decode()


def test_in_a_narrow_terminal_no_name_is_cut(config_file: Path, box: BoxInThread) -> None:
    long_name = "5d1c" * 9
    box.live.receive("sticker", 1)
    box.live.claim(long_name, "sticker")
    box.settle()
    shown = _in_terminal(config_file, 40, "status")
    whole = re.sub(r"\x1b\[[0-9;]*m|\s", "", shown)  # a long name goes on in the next line
    assert long_name in whole
    assert "…" not in shown


def test_states_are_coloured_in_a_terminal_only(config_file: Path, box: BoxInThread) -> None:
    box.unplug("board-0")
    assert "\x1b[31munreachable" in _in_terminal(config_file, 120, "devices", "list")
    piped = subprocess.run(
        (sys.executable, "-m", "boxd", "devices", "list", "--config", str(config_file)),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "\x1b" not in piped.stdout
    assert "unreachable" in piped.stdout
