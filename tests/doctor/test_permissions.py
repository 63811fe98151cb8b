"""Permissions: a device node, a group and a file that the daemon's user may not use."""

from __future__ import annotations

import os
import pty
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.doctor.finding import Grade
from boxd.doctor.identity import Identity
from tests.box.booth import Booth
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import GPIO, context, expect

ARDUINO = """\
[box]
id = "box-1"
state_dir = "{state_dir}"

[[devices]]
kind = "arduino"
name = "cabinet"
port = "{port}"
latches = {{ latch-1 = 1 }}

[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"

[[lockers]]
id = 1
bay = "bay-1"
latch = "cabinet.latch-1"
"""
UNIT = "LoadState=loaded\nUser={user}\nSupplementaryGroups={groups}"


@pytest.fixture
def line() -> Iterator[Path]:
    """A serial line: a real pseudo-terminal."""
    ours, theirs = pty.openpty()
    yield Path(os.ttyname(theirs))
    os.close(ours)
    os.close(theirs)


def with_arduino(folder: Path, line: Path) -> Path:
    """A box with an Arduino on this line; /dev/serial/by-id is a link to it."""
    link = folder / "dev/serial/by-id/usb-Arduino_Uno-if00"
    link.parent.mkdir(parents=True)
    link.symlink_to(line)
    config = folder / "boxd.toml"
    port = "/dev/serial/by-id/usb-Arduino_Uno-if00"
    config.write_text(ARDUINO.format(state_dir=folder, port=port))
    return config


def test_a_serial_line_that_boxd_may_use_and_may_not(tmp_path: Path, line: Path) -> None:
    config = with_arduino(tmp_path, line)
    sequencer = tmp_path / "dev/snd/seq"
    sequencer.parent.mkdir()
    sequencer.touch(0o666)
    sequencer.chmod(0o666)
    unit = UNIT.format(user="nobody", groups="dialout")
    box = context(config, root=tmp_path, run=lambda _: unit)
    line.chmod(0o666)
    expect(box, "Permissions", "devices", Grade.PASSED, "nobody may use")
    line.chmod(0o600)
    found = expect(box, "Permissions", "devices", Grade.FAILED, "nobody may not use", "mode 600")
    assert "udevadm trigger" in found.remedy
    sequencer.unlink()
    expect(box, "Permissions", "devices", Grade.FAILED, "seq is not there", "modprobe snd-seq")


def test_a_line_of_a_group_that_boxd_is_not_in(tmp_path: Path, line: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a line to another group")
    config = with_arduino(tmp_path, line)
    (tmp_path / "dev/snd").mkdir()
    (tmp_path / "dev/snd/seq").touch()
    (tmp_path / "dev/snd/seq").chmod(0o666)
    os.chown(line, 0, 20)  # dialout, on Debian
    line.chmod(0o660)
    without = UNIT.format(user="nobody", groups="")
    box = context(config, root=tmp_path, run=lambda _: without)
    expect(box, "Permissions", "devices", Grade.FAILED, "sudo usermod -aG dialout nobody")
    unit = UNIT.format(user="nobody", groups="dialout")
    box = context(config, root=tmp_path, run=lambda _: unit)
    expect(box, "Permissions", "devices", Grade.PASSED)


def test_a_header_that_is_not_there(tmp_path: Path) -> None:
    config = tmp_path / "boxd.toml"
    config.write_text(GPIO.format(state_dir=tmp_path))
    box = context(config, root=tmp_path, run=lambda _: None)
    expect(box, "Permissions", "devices", Grade.FAILED, "gpiochip0 is not there")


def test_a_group_that_does_not_exist(resting: RestingBox) -> None:
    unit = UNIT.format(user="nobody", groups="nogroup wheel-of-fortune")
    box = context(resting.config, run=lambda _: unit)
    expect(box, "Permissions", "groups", Grade.FAILED, "'wheel-of-fortune'", "sudo groupadd")
    unit = UNIT.format(user="nobody", groups="nogroup")
    box = context(resting.config, run=lambda _: unit)
    expect(box, "Permissions", "groups", Grade.PASSED, "boxd runs as nobody (nogroup)")


def test_the_running_daemon_s_own_groups(running: Booth) -> None:
    box = context(running.config, run=lambda _: None)
    expect(box, "Permissions", "groups", Grade.PASSED, "boxd runs as")


def test_a_file_of_somebody_else(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Permissions", "files", Grade.PASSED)
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(resting.ledger, 65534, 65534)
    expect(box, "Permissions", "files", Grade.FAILED, "1 of", "ledger.db", "sudo chown -R")


def test_a_file_that_goes_while_it_is_looked_at(resting: RestingBox) -> None:
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            for number in range(50):
                (resting.state / f"passing-{number}").touch()
            for number in range(50):
                (resting.state / f"passing-{number}").unlink()

    passing = threading.Thread(target=come_and_go)
    passing.start()
    try:
        for _ in range(100):
            expect(context(resting.config), "Permissions", "files", Grade.PASSED)
    finally:
        ended.set()
        passing.join()


@pytest.mark.parametrize(
    ("mode", "uid", "gids", "may"),
    [
        (0o600, "owner", (), True),
        (0o400, "owner", (), False),
        (0o660, "other", ("group",), True),
        (0o640, "other", ("group",), False),
        (0o666, "other", (), True),
        (0o606, "other", ("group",), False),
    ],
)
def test_who_may_use_a_node(
    tmp_path: Path, mode: int, uid: str, gids: tuple[str, ...], may: bool
) -> None:
    node = tmp_path / "node"
    node.touch()
    if os.geteuid() == 0:
        os.chown(node, 1000, 1000)
    node.chmod(mode)
    owner, group = node.stat().st_uid, node.stat().st_gid
    who = Identity("somebody", owner if uid == "owner" else 4711, frozenset(group for _ in gids))
    assert who.may_use(node) is may
