"""`boxd devices flash` with the real avrdude, a Nano's real bootloader, and the real firmware."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.arduino.image import write
from boxd.cli.devices import flash
from boxd.cli.program import code_of
from boxd.sim import simavr

# Of Debian's arduino-core-avr, which scripts/debian-packages brings.
BOOTLOADER = Path(
    "/usr/share/arduino/hardware/arduino/avr/bootloaders/atmega/ATmegaBOOT_168_atmega328.hex"
)
JUMP_TO_BOOTLOADER = bytes.fromhex("0c94003c")  # where a chip without a program begins, too


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[str]:
    """A chip with nothing but a bootloader on it; the path of its line."""
    image = tmp_path / "bootloader.hex"
    jump = write(dict(enumerate(JUMP_TO_BOOTLOADER))).splitlines()[0]
    image.write_text(f"{jump}\n{BOOTLOADER.read_text()}")
    board = simavr.Simavr(tmp_path / "eeprom", image=image)
    yield board.start()
    board.stop()


def test_new_board_gets_firmware_and_number(
    chip: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    simavr.build()
    monkeypatch.setattr(flash, "IMAGES", simavr.OUT)

    # Once only: a second time takes DTR's reset, which a pseudo-terminal has not.
    assert code_of(["devices", "flash", chip, "--board", "42", "--yes"]) == 0
    assert "is board 42, firmware 1.0.0: 6 latches" in capsys.readouterr().out
