"""Log lines as the journal takes them, and what becomes of them when it does not."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.service import journal
from boxd.service.journal import JournalLogger, encode, fields_of


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket as journald has one; at most one line waits in it unread."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "journal"))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        bound.setblocking(False)
        yield bound


def test_a_value_of_one_line_is_an_assignment() -> None:
    assert encode({"MESSAGE": "serving", "PRIORITY": "6"}) == b"MESSAGE=serving\nPRIORITY=6\n"


def test_a_value_of_several_lines_comes_with_its_length() -> None:
    assert encode({"MESSAGE": "two\nlines"}) == (
        b"MESSAGE\n" + struct.pack("<Q", 9) + b"two\nlines\n"
    )


def test_an_absurdly_long_value_is_cut_so_that_the_line_arrives() -> None:
    assert len(encode({"MESSAGE": "x" * 1_000_000})) < 64 * 1024


def test_the_message_tells_all_and_the_fields_what_is_looked_for() -> None:
    event = {
        "event": "redemption.load",
        "level": "warning",
        "redemption": "r-1",
        "bay": "bay-1",
        "locker": 2,
        "why": None,
        "answer": "loaded",
    }

    assert fields_of(event) == {
        "MESSAGE": "redemption.load redemption=r-1 bay=bay-1 locker=2 answer=loaded",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "boxd",
        "REDEMPTION": "r-1",
        "BAY": "bay-1",
        "LOCKER": "2",
    }


def test_a_traceback_stands_under_the_message() -> None:
    told = fields_of({"event": "a part ended", "level": "error", "exception": "Traceback\n  here"})

    assert told["MESSAGE"] == "a part ended\nTraceback\n  here"


def test_a_journal_that_does_not_read_keeps_nobody_waiting_and_hears_what_it_missed(
    heard: socket.socket,
) -> None:
    logger = JournalLogger(heard.getsockname())
    sent = 0
    while logger.lost == 0:
        logger.info(encode({"MESSAGE": "x" * 1000}))
        sent += 1
        assert sent < 10_000
    logger.info(encode({"MESSAGE": "lost as well"}))
    for _ in range(sent - 1):
        heard.recv(4096)
    logger.info(encode({"MESSAGE": "heard again"}))

    assert heard.recv(4096).startswith(f"MESSAGE={journal.LOST} lines=2\n".encode())
    assert heard.recv(4096) == b"MESSAGE=heard again\n"


def test_without_a_journal_standard_error_gets_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    JournalLogger(str(tmp_path / "nobody")).error(b"MESSAGE=still said\n")

    assert capsys.readouterr().err == "MESSAGE=still said\n"


def test_standard_error_is_the_journal_only_when_the_stream_is_the_very_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "stream").open("w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        status = os.fstat(stream.fileno())

        assert journal.is_stderr({"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        assert not journal.is_stderr({"JOURNAL_STREAM": f"{status.st_dev}:1"})
        assert not journal.is_stderr({})
