"""What the file allows, and a check tells: missing files, latches that open at power-on."""

from __future__ import annotations

from pathlib import Path

from boxd.cli.program import code_of
from boxd.config import load
from boxd.config.device_kinds import unwise
from boxd.config.named_files import missing_files
from tests.config.broken_parts import MIXED


def written(folder: Path, text: str) -> Path:
    file = folder / "boxd.toml"
    file.write_text(text)
    return file


def test_a_pin_file_that_is_not_there_fails_the_check(tmp_path: Path) -> None:
    phones = f'[phones]\nattendant_pin_file = "{tmp_path}/pin"\n'
    file = written(tmp_path, f"{MIXED}{phones}")
    assert missing_files(load(file)) == [
        f"[phones] attendant_pin_file = '{tmp_path}/pin' is not there; make it, or remove this line"
    ]
    assert code_of(["config", "check", "--config", str(file)]) == 1
    (tmp_path / "pin").write_text("12345678\n")
    assert missing_files(load(file)) == []


def test_a_latch_that_is_on_at_low_on_a_pin_that_starts_low_is_warned_of(tmp_path: Path) -> None:
    text = MIXED.replace("pulse_ms = 200", 'on = "low"')
    (warning,) = unwise(load(written(tmp_path, text)).devices)
    assert warning.startswith("device 'pins': latches.latch-1: pin 17 is low from power-on")
    assert unwise(load(written(tmp_path, text.replace("pin = 17", "pin = 7"))).devices) == []
