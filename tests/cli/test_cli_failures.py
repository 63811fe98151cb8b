"""What people are told when a command can't do its work, and the exit codes that scripts see."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from tempfile import gettempdir

import pytest

from boxd import daemon_socket
from boxd.cli.program import code_of
from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("codes", "issue", "badge-1"),
        ("redemptions", "answer", "x", "loaded"),
        ("audit", "export"),
    ],
)
def test_without_a_daemon_it_is_said_where_it_was_looked_for(
    boxd: Boxd, state_dir: Path, command: tuple[str, ...]
) -> None:
    said = boxd(*command)
    assert said.code == 1
    assert said.err == (
        f"boxd: boxd does not answer on {state_dir}/boxd.sock: is it running? "
        "See `systemctl status boxd`, or start it with `make run`\n"
    )


def test_a_socket_that_nobody_serves_is_no_daemon(boxd: Boxd, state_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(state_dir / "boxd.sock"))
    said = boxd("status")
    assert said.code == 1
    assert "is it running?" in said.err


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user, which only root may")
def test_who_may_not_use_the_socket_is_told_how_to(
    boxd: Boxd, box: BoxInThread, tmp_path: Path
) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.parent.is_relative_to(gettempdir()):
            folder.chmod(0o755)
    (tmp_path / "state" / "boxd.sock").chmod(0o600)
    os.seteuid(65534)
    try:
        said = boxd("status")
    finally:
        os.seteuid(0)
    assert said.code == 1
    assert "its permissions say who may command this box" in said.err
    assert "usermod -aG boxd" in said.err


def test_a_daemon_that_dies_while_it_acts_leaves_the_outcome_unknown(
    boxd: Boxd, state_dir: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(state_dir / "boxd.sock"))
        listener.listen()

        def hang_up() -> None:
            listener.accept()[0].close()

        dying = threading.Thread(target=hang_up)
        dying.start()
        said = boxd("lockers", "open", "1", "--reason", "x")
        dying.join()
    assert said.code == 1
    assert "whether it did what was asked is not known" in said.err


def test_a_daemon_that_hangs_is_not_waited_for_for_ever(
    boxd: Boxd, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_socket, "ANSWER_WITHIN_S", 0.1)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(state_dir / "boxd.sock"))
        listener.listen()
        said = boxd("status")
    assert said.code == 1
    assert "boxd has not answered within" in said.err


def test_something_else_on_the_socket_is_told_apart(boxd: Boxd, state_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(state_dir / "boxd.sock"))
        listener.listen()

        def greet() -> None:
            with listener.accept()[0] as caller:
                caller.recv(4096)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        greeting = threading.Thread(target=greet)
        greeting.start()
        said = boxd("status")
        greeting.join()
    assert said.code == 1
    assert "something that is not JSON" in said.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("stauts",), "'boxd stauts' is no command. Do you mean 'boxd status'"),
        (("status", "--jsno"), "No such option"),
        (("lockers", "open", "two", "--reason", "x"), "'two' is not a valid integer range"),
        (("lockers", "open", "2"), "Missing option '--reason'"),
        (("lockers", "open", "2", "--reason", " "), "say why the locker is opened"),
        (("prizes", "adjust", "mug", "0", "--reason", "x"), "give e.g. +5 to receive units or -2"),
        (("prizes", "adjust", "mug", "many", "--reason", "x"), "'many' is not a valid"),
        (("redemptions", "answer", "x", "maybe"), "'maybe' is not one of"),
        (("redemptions", "answer", "x", "substituted"), "add --sku SKU"),
        (("codes", "issue"), "name an ATTENDEE"),
        (("--config", "nowhere.toml", "status"), "--config nowhere.toml: there is no such file"),
    ],
)
def test_a_line_that_is_not_understood_exits_2(
    boxd: Boxd, line: tuple[str, ...], told: str
) -> None:
    said = boxd(*line)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_config_is_taken_before_and_after_the_command_and_the_last_one_holds(
    boxd: Boxd, config_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(config_file.read_text().replace('"box-1"', '"box-2"'))
    assert "box-2" in boxd("--config", str(other), "config", "check").out
    assert "box-2" in boxd("config", "--config", str(other), "check").out
    assert "box-2" in boxd("config", "check", "--config", str(other)).out
    both = boxd("--config", str(config_file), "config", "check", "--config", str(other))
    assert "box-2" in both.out
    assert "box-1" in boxd("config", "check").out


def test_the_environment_that_names_no_file_is_told(
    boxd: Boxd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOXD_CONFIG", "nowhere.toml")
    said = boxd("config", "check")
    assert said.code == 1
    assert "$BOXD_CONFIG names nowhere.toml" in said.err


def test_a_checkout_uses_the_simulation_and_says_so(
    tmp_path: Path,
    config_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "config").mkdir()
    config_file.rename(tmp_path / "config" / "sim.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOXD_CONFIG", raising=False)
    assert code_of(["config", "check"]) == 0
    assert "using ./config/sim.toml" in capsys.readouterr().err


def test_without_any_configuration_the_ways_to_name_one_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOXD_CONFIG", raising=False)
    assert code_of(["status"]) == 1
    assert "--config PATH or in $BOXD_CONFIG" in capsys.readouterr().err


def test_a_bad_configuration_is_told_with_its_line(boxd: Boxd, config_file: Path) -> None:
    config_file.write_text(config_file.read_text().replace("[midi]", "[mini]"))
    said = boxd("config", "check")
    assert said.code == 1
    assert "mini" in said.err
    assert "midi" in said.err
    assert said.out == ""


def test_an_answer_of_another_version_is_words_and_no_traceback(
    boxd: Boxd, box: BoxInThread
) -> None:
    box.live.snapshots.snapshot()["bays"] = [{}]
    said = boxd("status")
    assert said.code == 1
    assert "of the same version? `boxd version`" in said.err
    assert "Traceback" not in said.err
