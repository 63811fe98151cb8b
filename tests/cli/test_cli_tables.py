"""Tables fit the terminal that they are printed in, and lose nothing there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from rich.cells import cell_len

from boxd.cli.tables import table

COLUMNS = ["id#", "state", "attendee", "prize", "made at", "reason"]
ROWS = [
    [1, "ready", "badge-0001", "Temporal hoodie, dark blue, with zip, size M", "2 days ago", ""],
    [
        2,
        "voided",
        "山田太郎",
        "山田太郎のサイン入り色紙",
        "today 9:14",
        "lost, and found by somebody else",
    ],
]
PRINT = f"from boxd.cli.tables import table; table({COLUMNS!r}, {ROWS!r})"


def printed(width: int) -> list[str]:
    """What a terminal of this width gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {
        name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}
    } | {"TERM": "xterm"}
    line = [sys.executable, "-c", PRINT]
    subprocess.run(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, check=True)
    told = os.read(ours, 20_000).decode()
    os.close(ours)
    os.close(theirs)
    told = re.sub(r"\x1b\[[0-9;]*m", "", told)
    return told.replace("\r\n", "\n").rstrip("\n").split("\n")


def test_what_does_not_fit_stands_below_each_other() -> None:
    lines = printed(80)
    assert max(map(cell_len, lines)) <= 80
    assert [line.split()[0] for line in lines[:5]] == ["id", "state", "attendee", "prize", "made"]
    assert lines[3].split(maxsplit=1)[1] == ROWS[0][3]
    assert lines[5] == "", "an empty cell is left out, and rows have a line between them"


def test_what_fits_is_a_table() -> None:
    lines = printed(160)
    assert len(lines) == 1 + len(ROWS)
    assert lines[0].split() == ["id", "state", "attendee", "prize", "made", "at", "reason"]


def test_a_program_reads_a_line_for_each_row(capfd: pytest.CaptureFixture[str]) -> None:
    table(COLUMNS, ROWS)
    assert len(capfd.readouterr().out.splitlines()) == 1 + len(ROWS)
