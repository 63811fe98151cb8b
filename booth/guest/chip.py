"""The kernel's simulated GPIO chip as a Pi's header; its wires are seen and moved from outside."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIGFS = Path("/sys/kernel/config/gpio-sim")
_CPUINFO = Path("/proc/cpuinfo")
_PARAMETERS = Path("/sys/module/gpio_sim/parameters")

HEADER_LABEL = "pinctrl-bcm2711"  # what the kernel of a Pi 4 calls its header
PI_4_REVISION = "c03115"
LINES = 28


def make_chip() -> Path:
    """Make the chip, with all its wires high; returns its folder in sysfs.

    As on a Pi, a line that a process let go of keeps its drive.
    """
    subprocess.run(["modprobe", "gpio-sim", "persist_outputs=1"], check=True)
    header = _CONFIGFS / "header"
    bank = header / "bank0"
    bank.mkdir(parents=True)
    (bank / "num_lines").write_text(str(LINES))
    (bank / "label").write_text(HEADER_LABEL)
    for line in range(LINES):
        (bank / f"line{line}").mkdir()
        (bank / f"line{line}/name").write_text(f"GPIO{line}")
    (header / "live").write_text("1")
    device = (header / "dev_name").read_text().strip()
    folder = Path("/sys/devices/platform") / device / (bank / "chip_name").read_text().strip()
    for line in range(LINES):
        Chip(folder).drive(line, True)
    return folder


class Chip:
    """The wires of the chip whose folder in sysfs is `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_high(self, line: int) -> bool:
        """The level of a wire, whoever makes it."""
        return (self._folder / f"sim_gpio{line}/value").read_text() == "1\n"

    def drive(self, line: int, high: bool) -> None:
        """Let what hangs on a wire, a contact for one, make its level."""
        (self._folder / f"sim_gpio{line}/pull").write_text("pull-up" if high else "pull-down")


def let_lines_persist(persist: bool) -> None:
    """Whether lines keep their drive when they are let go of; on other kernels they do not."""
    (_PARAMETERS / "persist_outputs").write_text("Y" if persist else "N")


def let_contacts_win(win: bool) -> None:
    """Whether what hangs on a wire is stronger than the chip's own resistors, as a contact is.

    Otherwise a wire goes where its resistor pulls it whenever a process asks for one.
    """
    (_PARAMETERS / "contacts_win").write_text("Y" if win else "N")


def pretend_to_be_a_pi() -> None:
    """Let this machine's kernel tell the model of a Pi 4, by which pins are looked up."""
    if PI_4_REVISION in _CPUINFO.read_text():
        return
    told = Path("/run/cpuinfo")
    told.write_text(f"{_CPUINFO.read_text()}Revision\t: {PI_4_REVISION}\n")
    subprocess.run(["mount", "--bind", str(told), str(_CPUINFO)], check=True)
