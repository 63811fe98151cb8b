"""Programs that take serial lines away from boxd, or read them as well."""

from __future__ import annotations

from pathlib import Path

from boxd.doctor.finding import Grade
from tests.doctor.seeing import context, expect, write
from tests.doctor.test_permissions import with_arduino


def box(folder: Path) -> tuple[Path, Path]:
    tty = folder / "ttyUSB0"
    tty.touch()
    return with_arduino(folder, tty), tty


def process(folder: Path, number: int, name: str, holds: Path | None = None) -> None:
    write(folder, f"/proc/{number}/comm", f"{name}\n")
    write(folder, f"/proc/{number}/cmdline", f"/usr/bin/{name}\0")
    (folder / f"proc/{number}/fd").mkdir()
    if holds:
        (folder / f"proc/{number}/fd/3").symlink_to(holds)


def test_a_program_that_looks_for_modems_is_named_unless_rules_keep_it_away(tmp_path: Path) -> None:
    config, _ = box(tmp_path)
    process(tmp_path, 70, "ModemManager")
    seen = context(config, root=tmp_path)
    expect(seen, "Devices", "serial", Grade.WARNED, "ModemManager runs", "systemctl disable")
    write(tmp_path, "/usr/lib/udev/rules.d/90-boxd-serial.rules", "")
    expect(seen, "Devices", "serial", Grade.PASSED)


def test_a_second_program_on_a_line_is_called_that(tmp_path: Path) -> None:
    config, tty = box(tmp_path)
    process(tmp_path, 71, "boxd", holds=tty)
    seen = context(config, root=tmp_path)
    expect(seen, "Devices", "serial", Grade.PASSED)
    process(tmp_path, 72, "minicom", holds=tty)
    expect(seen, "Devices", "serial", Grade.WARNED, "minicom (process 72)", "sudo kill 72")
