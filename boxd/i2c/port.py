"""An open I2C bus: whole transfers through the kernel's I2C_RDWR, and what its errors mean.

The structures are those of include/uapi/linux/i2c.h and i2c-dev.h.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass

I2C_RDWR = 0x0707
READS = 0x0001

Control = Callable[..., object]

NOT_ANSWERED = frozenset({errno.EREMOTEIO, errno.ENXIO})
"""What drivers say when nothing takes an address."""

_ADVICE = {
    errno.ENOENT: "there is no such bus: switch I2C on with 'sudo raspi-config nonint do_i2c 0'",
    errno.EACCES: "it may not be opened: install boxd's udev rules and restart",
    errno.EPERM: "it may not be opened: the unit lets boxd have I2C buses only",
    errno.ENOTTY: "it is no I2C bus",
    errno.ETIMEDOUT: "the bus hangs: SDA or SCL is shorted, or a board on it has no power",
    errno.EBUSY: "a driver of the kernel has this address: take its overlay out of config.txt",
}


class Message(ctypes.Structure):
    """`struct i2c_msg`."""

    _fields_ = (
        ("address", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("length", ctypes.c_uint16),
        ("data", ctypes.POINTER(ctypes.c_uint8)),
    )


class Messages(ctypes.Structure):
    """`struct i2c_rdwr_ioctl_data`."""

    _fields_ = (("messages", ctypes.POINTER(Message)), ("count", ctypes.c_uint32))


@dataclass(frozen=True)
class Transfer:
    """Bytes to write to a chip, then a number of bytes to read, in one go."""

    written: bytes = b""
    reads: int = 0


def explain(error: OSError) -> str:
    """Why a bus or a chip can't be used, in words for people."""
    return _ADVICE.get(error.errno or 0, str(error))


class I2cPort:
    """An open bus. Its calls block: they belong in a thread. `control` is the system's ioctl."""

    def __init__(self, path: str, control: Control = fcntl.ioctl) -> None:
        self._control = control
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def close(self) -> None:
        """Release the bus."""
        os.close(self._file)

    def run(self, address: int, transfer: Transfer) -> bytes:
        """Carry out a transfer with the chip at an address; returns what was read.

        Raises OSError.
        """
        written = (ctypes.c_uint8 * len(transfer.written))(*transfer.written)
        read = (ctypes.c_uint8 * transfer.reads)()
        parts = [
            Message(address, flags, len(data), data)
            for flags, data in ((0, written), (READS, read))
            if len(data)
        ]
        self._control(self._file, I2C_RDWR, Messages((Message * len(parts))(*parts), len(parts)))
        return bytes(read)

    def answers(self, address: int) -> bool:
        """Whether a chip takes this address. One byte is read, and none written.

        Raises OSError if the bus itself fails.
        """
        try:
            self.run(address, Transfer(reads=1))
        except OSError as error:
            if error.errno in NOT_ANSWERED:
                return False
            raise
        return True
