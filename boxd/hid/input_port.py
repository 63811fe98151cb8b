"""One open input device: grabbed, so that no console and no other program hears its keys."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from collections.abc import Callable

from boxd.watched_file import WatchedFile

# _IOW('E', number, int) of include/uapi/linux/input.h
_GRAB = 0x40044590
_SET_CLOCK = 0x400445A0

Control = Callable[..., object]

_ADVICE = {
    errno.ENOENT: "nothing is plugged in there; check its cable",
    errno.ENODEV: "nothing is plugged in there; check its cable",
    errno.EACCES: "it may not be opened: install boxd's udev rules, then plug it in anew",
    errno.EPERM: "it may not be opened: the unit lets boxd have USB keyboards and scanners only",
    errno.EBUSY: "another program has grabbed it; end that program",
    errno.ENOTTY: "it is no input device",
    errno.EINVAL: "it is no input device",
}


def explain(error: OSError) -> str:
    """Why a device can't be opened or used, in words for people."""
    return _ADVICE.get(error.errno or 0, str(error))


class InputPort:
    """An open device. `on_lost` is called once when it is unplugged; nothing arrives afterwards.

    `control` is the system's ioctl.
    """

    def __init__(
        self,
        path: str,
        on_bytes: Callable[[bytes], None],
        on_lost: Callable[[OSError], None],
        control: Control = fcntl.ioctl,
    ) -> None:
        self._on_lost = on_lost
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            control(self._file, _GRAB, 1)
            # The times of its events are then on the clock of everything else here.
            control(self._file, _SET_CLOCK, struct.pack("@i", time.CLOCK_MONOTONIC))
        except OSError:
            os.close(self._file)
            raise
        self._is_open = True
        self._watched = WatchedFile(self._file, on_bytes, self._lose, self._hear_nothing)

    def close(self) -> None:
        """Let it go: the kernel ends the grab with the file."""
        self._watched.stop()
        if self._is_open:
            self._is_open = False
            os.close(self._file)

    def _hear_nothing(self) -> None:
        self._lose(OSError(errno.ENODEV, os.strerror(errno.ENODEV)))

    def _lose(self, error: OSError) -> None:
        self.close()
        self._on_lost(error)
