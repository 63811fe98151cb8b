"""The partner: watches the pulser, and drives every latch off as soon as it dies or hangs."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time

from boxd.gpio.guard.limits import BEAT_S, OVERDUE_S, PARTNER_SILENCE_S, START_S, TAKE_OVER_S
from boxd.gpio.guard.pair import GuardLink
from boxd.gpio.outputs import Outputs


class Partner:
    """Holds no line while the pulser lives: the kernel gives a line to one process only."""

    def __init__(self, pulser: GuardLink, pulser_id: int, outputs: Outputs) -> None:
        self._pulser = pulser
        self._pulser_id = pulser_id
        self._outputs = outputs
        self._did_kill = False

    def watch(self) -> None:
        """Watch until the pulser has ended; then every latch is off."""
        self._pulser.beat(None)
        if not self._pulser.wait(START_S):
            self._pulser.kill()
            os.waitpid(self._pulser_id, 0)
            return  # it never held all pins, and so energised none
        while self._is_well():
            pass
        # Once it is reaped, its lines are free.
        os.waitpid(self._pulser_id, 0)
        self._take_over()
        if self._did_kill:
            _tell("the pulser hung and was ended; every latch off")

    def _is_well(self) -> bool:
        readable, _, _ = select.select([self._pulser], [], [], self._wait_s())
        if readable and not self._pulser.hear():
            return False
        now = time.monotonic()
        if now >= self._must_be_heard_by():
            self._pulser.kill()
            self._did_kill = True
            return False
        self._pulser.beat(None)
        return True

    def _must_be_heard_by(self) -> float:
        silent = self._pulser.heard + PARTNER_SILENCE_S
        off_by = self._pulser.off_by
        return silent if off_by is None else min(silent, off_by + OVERDUE_S)

    def _wait_s(self) -> float:
        return max(0.0, min(BEAT_S, self._must_be_heard_by() - time.monotonic()))

    def _take_over(self) -> None:
        missing = self._outputs.drive_off(TAKE_OVER_S)
        if missing:
            _tell("; ".join(str(error) for error in missing.values()))


def _tell(what: str) -> None:
    with contextlib.suppress(OSError):
        print(f"boxd guard's partner: {what}", file=sys.stderr, flush=True)
