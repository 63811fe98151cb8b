"""A booth that has just got ready, kept beside its image: most scenarios begin there.

Getting ready takes an emulated processor a minute or two, and is shown by the scenario `power-on`.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from booth.guest.layout import BAYS
from booth.machine import Machine, MachineError
from booth.seen import Seen
from booth.signs import Sign

READY_WITHIN_S = 3600.0
LOOK_EVERY_S = 0.5


def ready_booth(image: Path, log: Path, accelerator: str) -> Path:
    """The folder to go on from; it is made when there is none that this QEMU could read."""
    made_by = _qemu() + accelerator
    kept = image / "ready"
    if (kept / "made-by").exists() and (kept / "made-by").read_text() == made_by:
        return kept
    shutil.rmtree(kept, ignore_errors=True)
    draft = image / "ready.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    with Machine(image, log, accelerator) as machine:
        machine.boot()
        _await_ready(machine.trace)
        machine.save(draft)
    (draft / "made-by").write_text(made_by)
    return draft.rename(kept)


def _await_ready(trace: Path) -> None:
    seen = Seen(trace)
    deadline = time.monotonic() + READY_WITHIN_S
    while any(seen.sign(board) is not Sign.READY for board in BAYS.values()):
        if time.monotonic() > deadline:
            raise MachineError(f"the booth was not ready within {READY_WITHIN_S:.0f} s")
        time.sleep(LOOK_EVERY_S)
    seen.close()


def _qemu() -> str:
    return subprocess.run(
        ["dpkg-query", "--show", "qemu-system-x86", "qemu-system-arm"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    ).stdout
