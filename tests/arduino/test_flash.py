"""`boxd devices flash`: what avrdude is told, and what a person is told whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boxd.arduino.image import NUMBER_AT, read, write
from boxd.cli.devices import flash
from boxd.cli.program import code_of
from boxd.serial_line import open_port
from tests.arduino.conformance import BOARD_ID
from tests.arduino.twin_board import TwinBoard
from tests.cli.cli_line import CONFIGURATION

REAL = CONFIGURATION.replace("enabled = true", "enabled = false").replace(
    'backend = "simulation"', 'backend = "alsa"'
)
CABINET = """
[[devices]]
kind = "arduino"
name = "cabinet"
port = "{port}"
board = {board}
latches = {{ latch-1 = {latch} }}
"""
# Stands for avrdude, which needs a bootloader: notes what it was told, and keeps the image.
AVRDUDE = """#!/bin/sh
echo "$@" >>{folder}/told
for word; do
    case $word in flash:w:*:i) file=${{word#flash:w:}}; cp ${{file%:i}} {folder}/image;; esac
done
{then}
"""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[TwinBoard]:
    board = TwinBoard(tmp_path)
    yield board
    board.close()


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with images as `make firmware` makes them."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    for layout, first in (("six", 6), ("eight", 8)):
        (folder / f"boxd-{layout}.hex").write_text(write({0: first}))
    monkeypatch.setattr(flash, "IMAGES", folder)
    return folder


@pytest.fixture
def avrdude(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, images: Path
) -> Callable[[str], Callable[[], list[str]]]:
    """Puts an avrdude on the path that does this at last; what it gives tells each call's words."""
    assert images
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def put(then: str) -> Callable[[], list[str]]:
        program = folder / "avrdude"
        program.write_text(AVRDUDE.format(folder=folder, then=then))
        program.chmod(0o755)
        told = folder / "told"
        return lambda: told.read_text().splitlines() if told.exists() else []

    return put


def flashed(tmp_path: Path) -> dict[int, int]:
    return read((tmp_path / "bin" / "image").read_text())


def test_board_gets_the_image_with_its_number_and_says_who_it_is(
    board: TwinBoard,
    avrdude: Callable[[str], Callable[[], list[str]]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = avrdude("exit 0")

    code = code_of(["devices", "flash", board.path, "--board", str(BOARD_ID), "--yes"])

    assert code == 0
    assert capsys.readouterr().out == (
        f"{board.path} is board 1, firmware 1.0.0: 6 latches, 6 doors, 3 lamps\n"
    )
    (line,) = told()
    assert f"-p atmega328p -c arduino -x attempts=4 -P {board.path} -b 115200 -D -U flash" in line
    assert "eeprom" not in line
    assert flashed(tmp_path) == {0: 6, NUMBER_AT: 1, NUMBER_AT + 1: 254}


def test_device_of_the_configuration_tells_port_number_and_layout(
    board: TwinBoard,
    avrdude: Callable[[str], Callable[[], list[str]]],
    tmp_path: Path,
) -> None:
    told = avrdude("exit 0")
    file = tmp_path / "boxd.toml"
    cabinet = CABINET.format(port=board.path, board=BOARD_ID, latch=8)
    file.write_text(REAL.format(state_dir=tmp_path) + cabinet)

    assert code_of(["devices", "flash", "cabinet", "--yes", "--config", str(file)]) == 0
    assert board.path in told()[0]
    assert flashed(tmp_path) == {0: 8, NUMBER_AT: 1, NUMBER_AT + 1: 254}


def test_older_bootloader_is_tried_too(
    board: TwinBoard, avrdude: Callable[[str], Callable[[], list[str]]]
) -> None:
    told = avrdude(
        'case "$*" in *57600*) exit 0;; esac; echo "attempt 4 of 4: not in sync" >&2; exit 1'
    )

    assert code_of(["devices", "flash", board.path, "--board", "1", "--yes"]) == 0
    assert [word for line in told() for word in line.split() if word.isdigit()] == [
        "115200",
        "57600",
    ]


FAILURES = {
    "no bootloader": ("echo 'not in sync' >&2; exit 1", "no bootloader answers at"),
    "verification": ("echo 'verification mismatch' >&2; exit 1", "verification mismatch"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failure_is_told_in_words(
    name: str,
    board: TwinBoard,
    avrdude: Callable[[str], Callable[[], list[str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    then, words = FAILURES[name]
    avrdude(then)

    assert code_of(["devices", "flash", board.path, "--board", "1", "--yes"]) == 1
    assert words in capsys.readouterr().err


def test_board_that_does_not_keep_its_number_is_told(
    board: TwinBoard,
    avrdude: Callable[[str], Callable[[], list[str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    avrdude("exit 0")

    assert code_of(["devices", "flash", board.path, "--board", "2", "--yes"]) == 1
    assert "the board says that its number is 1, not 2" in capsys.readouterr().err


def test_nothing_is_flashed_without_a_yes(
    board: TwinBoard,
    avrdude: Callable[[str], Callable[[], list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = avrdude("exit 0")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "n")

    assert code_of(["devices", "flash", board.path, "--board", "1"]) == 1
    assert told() == []


def test_port_that_the_box_holds_is_left_alone(
    board: TwinBoard,
    avrdude: Callable[[str], Callable[[], list[str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = avrdude("exit 0")
    held = open_port(board.path)
    try:
        code = code_of(["devices", "flash", board.path, "--board", "1", "--yes"])
    finally:
        held.close()

    assert code == 1
    assert "sudo systemctl stop boxd" in capsys.readouterr().err
    assert told() == []


def test_missing_image_tells_how_to_make_it(
    board: TwinBoard, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "boxd-six.hex").unlink()

    assert code_of(["devices", "flash", board.path, "--board", "1", "--yes"]) == 1
    assert "build it with 'make firmware'" in capsys.readouterr().err


def test_missing_avrdude_tells_how_to_install_it(
    board: TwinBoard,
    images: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(images))

    assert code_of(["devices", "flash", board.path, "--board", "1", "--yes"]) == 1
    assert "sudo apt-get install avrdude" in capsys.readouterr().err


def test_absent_port_is_told(capsys: pytest.CaptureFixture[str], images: Path) -> None:
    assert images
    line = ["devices", "flash", "/dev/serial/by-id/usb-none", "--board", "1", "--yes"]

    assert code_of(line) == 1
    assert "nothing is plugged in there" in capsys.readouterr().err


def test_port_without_a_number_is_used_wrongly() -> None:
    assert code_of(["devices", "flash", "/dev/serial/by-id/usb-none", "--yes"]) == 2


@pytest.mark.parametrize(
    ("name", "configuration", "words"),
    [
        ("shelf", REAL, "no Arduino is called 'shelf'; the configured ones: cabinet"),
        ("cabinet", CONFIGURATION, "'cabinet' is simulated"),
    ],
)
def test_device_that_can_not_be_flashed_is_told(
    name: str,
    configuration: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "boxd.toml"
    cabinet = CABINET.format(port="/dev/serial/by-id/usb-cabinet", board=1, latch=1)
    file.write_text(configuration.format(state_dir=tmp_path) + cabinet)

    assert code_of(["devices", "flash", name, "--yes", "--config", str(file)]) == 1
    assert words in capsys.readouterr().err


def test_parts_that_no_layout_has_together_are_told_before_anything_is_flashed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "boxd.toml"
    cabinet = CABINET.format(port="/dev/serial/by-id/usb-cabinet", board=1, latch=7)
    lamps = "\n[devices.lamps]\nstandby = 2\n"
    file.write_text(REAL.format(state_dir=tmp_path) + cabinet + lamps)

    assert code_of(["devices", "flash", "cabinet", "--yes", "--config", str(file)]) == 1
    assert "no layout of boxd's firmware has all that 'cabinet' names" in capsys.readouterr().err
