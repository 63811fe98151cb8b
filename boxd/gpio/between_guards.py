"""boxd itself drives every latch off between two guards: the next takes a while to start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from boxd.errors import BoxdError
from boxd.gpio.lines import Lines, open_lines
from boxd.gpio.outputs import OutputPin, Outputs

log = structlog.get_logger(__name__)

PATIENCE_S = 0.2  # lines are free microseconds after their holder's end


def drive_off(pins: Sequence[OutputPin], memory_dir: Path | None) -> None:
    """Drive the pins off and release them; blocks briefly, and never raises BoxdError.

    It can't take lines that a live guard holds.
    """
    try:
        lines = _open(memory_dir)
    except BoxdError:
        return  # there are no pins; the next guard reports why
    try:
        for error in Outputs(lines, pins).drive_off(PATIENCE_S).values():
            log.debug("latches.not_driven_off", why=str(error))
    finally:
        lines.close()


def _open(memory_dir: Path | None) -> Lines:
    if memory_dir is None:
        from boxd.gpio.lgpio_pins import load_apart

        load_apart()
    return open_lines(memory_dir)
