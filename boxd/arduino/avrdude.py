"""avrdude, the program that flashes an Arduino, and what its errors mean."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from boxd.errors import BoxdError, DeviceUnreachable

# The speed of an Uno or a Nano with the newer bootloader; then of a Nano with the older one.
BAUDS = (115200, 57600)
LONGEST_S = 120  # it takes 10 s, and half a minute until it gives up on a silent bootloader

_MISSING = "avrdude is not installed; install it with 'sudo apt-get install avrdude'"
_NO_ANSWER = ("not in sync", "not responding", "can't communicate", "unable to open programmer")
_LAST_LINES = 4


def write_flash(path: str, image: str, programmer: str, bauds: Sequence[int] = BAUDS) -> None:
    """Flash an image to the board at `path`, at the first speed that its bootloader answers.

    Raises DeviceUnreachable if none does, and BoxdError if flashing fails.
    """
    with tempfile.TemporaryDirectory(prefix="boxd-flash-") as folder:
        file = Path(folder) / "firmware.hex"
        file.write_text(image)
        for baud in bauds:
            if _run(_arguments(path, file, programmer, baud)):
                return
    raise DeviceUnreachable(
        f"no bootloader answers at {path}; check that an Uno or Nano is behind it, pull its plug "
        "for a moment and try again"
    )


def _arguments(path: str, file: Path, programmer: str, baud: int) -> list[str]:
    # -D: bootloaders overwrite page by page. The EEPROM is left out, because the Uno's bootloader
    # would write its content into the flash.
    line = ["-c", programmer, "-x", "attempts=4", "-P", path, "-b", str(baud), "-D"]
    return ["avrdude", "-q", "-p", "atmega328p", *line, "-U", f"flash:w:{file}:i"]


def _run(arguments: list[str]) -> bool:
    """Whether the bootloader answered. Raises BoxdError if it did, and flashing failed."""
    try:
        done = subprocess.run(
            arguments, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except FileNotFoundError:
        raise BoxdError(_MISSING) from None
    except subprocess.TimeoutExpired:
        return False
    if done.returncode == 0:
        return True
    said = done.stderr.strip()
    if any(words in said for words in _NO_ANSWER):
        return False
    last = "\n".join(said.splitlines()[-_LAST_LINES:])
    raise BoxdError(f"avrdude could not write the firmware; the board needs it anew:\n{last}")
