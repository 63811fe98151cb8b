"""A guard under test: its client as a process, the guard's two processes, and the pins."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from tests.gpio.wiring import Change, Wiring

DEADLINE_S = 10.0
START_DEADLINE_S = 30.0


def until(condition: Callable[[], object], deadline_s: float = DEADLINE_S) -> float:
    """Return after how many seconds `condition` held; fail when it did not by the deadline."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > deadline_s:
            raise AssertionError(f"not within {deadline_s} s")
        time.sleep(0.001)
    return time.monotonic() - begun


class Orderer:
    """A client process with its guard. `pins` are written as the guard takes them: 17=high."""

    def __init__(self, wiring: Wiring, *pins: str) -> None:
        self.wiring = wiring
        self.said: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.gpio.ordering", str(wiring.memory_dir or "-"), *pins],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        until(lambda: self.said, START_DEADLINE_S)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def guard(self) -> list[int]:
        """The partner and the pulser, as far as they live."""
        children = psutil.Process(self.pid).children(recursive=True)
        return sorted(
            (child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE),
            key=lambda pid: self.pid != psutil.Process(pid).ppid(),
        )

    @property
    def partner(self) -> int:
        return self.guard[0]

    @property
    def pulser(self) -> int:
        return self.guard[1]

    def order(self, pin: int, ms: int) -> str:
        """Order a pulse; what came of it."""
        before = len(self.said)
        self.send(pin, ms)
        until(lambda: self._outcomes(before))
        return self._outcomes(before)[0]

    def send(self, pin: int, ms: int) -> None:
        """Order a pulse and wait for nothing."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{pin} {ms}\n")

    def energise(self, pin: int, ms: int) -> None:
        """Order a pulse that has to begin."""
        assert self.order(pin, ms) == f"begun {pin}"

    def wait_until_usable(self, times: int) -> None:
        """Wait until the guard was ready so many times."""
        until(lambda: self.said.count("usable") >= times, START_DEADLINE_S)

    def end(self) -> None:
        """Stop the client as boxd stops."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(DEADLINE_S) == 0

    def close(self) -> None:
        """Leave nothing behind."""
        with suppress(psutil.NoSuchProcess):
            for pid in (self.pid, *self.guard):
                kill(pid)
        self._process.wait(DEADLINE_S)
        self._listener.join(DEADLINE_S)
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line.strip())

    def _outcomes(self, since: int) -> list[str]:
        return [line for line in self.said[since:] if not line.startswith(("usable", "unusable"))]


def kill(*pids: int) -> None:
    """SIGKILL, one right after the other."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def stop(pid: int) -> None:
    """SIGSTOP: alive, and silent."""
    os.kill(pid, signal.SIGSTOP)


def resume(pid: int) -> None:
    """SIGCONT."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def has_ended(pid: int) -> bool:
    """Whether a process is over, reaped or not."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def pulses_ms(changes: list[Change], on: bool = True) -> list[float]:
    """How long each pulse in these changes was; fails when one has not ended."""
    assert [change.level is on for change in changes] == [True, False] * (len(changes) // 2)
    return [
        (end.at - begin.at) * 1000 for begin, end in zip(changes[::2], changes[1::2], strict=True)
    ]
