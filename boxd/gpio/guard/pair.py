"""The link between pulser and partner: beats with the time by which every latch must be off."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import time

_BEAT = struct.Struct("=d")
_NONE = 0.0  # no latch is energised


class GuardLink:
    """One end of the pair's socket; `other` is the process at the other end."""

    def __init__(self, end: socket.socket, other: int) -> None:
        end.setblocking(False)
        self._end = end
        self._other = other
        self.heard = time.monotonic()
        self.off_by: float | None = None

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._end.fileno()

    def beat(self, off_by: float | None) -> None:
        """Send a sign of life, with the time when every latch will be off (None: they are)."""
        with contextlib.suppress(OSError):  # gone or hung: the receiving side notices that
            self._end.send(_BEAT.pack(_NONE if off_by is None else off_by))

    def hear(self) -> bool:
        """Receive beats; False once the other process has ended."""
        while True:
            try:
                packet = self._end.recv(64)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not packet:
                return False
            (off_by,) = _BEAT.unpack(packet)
            self.off_by = None if off_by == _NONE else off_by
            self.heard = time.monotonic()

    def wait(self, longest_s: float) -> bool:
        """Wait for the first beat; False if the other process ended, or sent nothing."""
        self._end.settimeout(longest_s)
        try:
            packet = self._end.recv(64)
        except OSError:
            return False
        finally:
            self._end.setblocking(False)
        self.heard = time.monotonic()
        return bool(packet)

    def kill(self) -> None:
        """Kill the other process, hung or not."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._other, signal.SIGKILL)
