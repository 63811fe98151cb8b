"""One open serial line on the event loop; every failure of it is an OSError."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import select
import termios
from collections.abc import Callable

import serial

from boxd.watched_file import WatchedFile
from boxd.words import N_

BAUD = 115200
# Frames that the port did not take at once. A link has one command at a time, so more than a few
# frames mean that nothing takes them any more.
UNSENT_LIMIT_BYTES = 256

_NOT_THERE = N_("nothing is plugged in there; check its cable")
_NOT_ALLOWED = N_("it can't be opened: add boxd's user to the group 'dialout'")
_HELD = N_("another program holds it; end that program, e.g. a serial monitor")
_ADVICE = {
    errno.ENOENT: _NOT_THERE,
    errno.ENXIO: _NOT_THERE,
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EAGAIN: _HELD,
    errno.EBUSY: _HELD,
    errno.ENOTTY: N_("it is no serial line"),
}


def explain(error: OSError) -> str:
    """Why a line can't be opened or used, in words for people."""
    if error.errno in _ADVICE:
        return _ADVICE[error.errno]
    return str(error)


class SerialLine:
    """An open line. `on_lost` is called once when it breaks; nothing arrives afterwards.

    `on_stolen` is called when another program has read what arrived.
    """

    def __init__(
        self,
        port: serial.Serial,
        on_bytes: Callable[[bytes], None],
        on_lost: Callable[[OSError], None],
        on_stolen: Callable[[], None],
    ) -> None:
        self._port = port
        self._file: int = port.fileno()
        self._on_lost = on_lost
        self._on_stolen = on_stolen
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self._watched = WatchedFile(self._file, on_bytes, self._lose, self._hear_nothing)

    def send(self, data: bytes) -> None:
        """Send bytes, at once or as soon as the port takes them.

        Raises OSError if none were sent and none will be.
        """
        if not self._watched.is_watched:
            raise OSError(errno.EIO, "the line is closed")
        if self._unsent:
            self._keep(data)
            return
        taken = self._write(data)
        if taken < len(data):
            self._keep(data[taken:])
            self._loop.add_writer(self._file, self._send_rest)

    async def close(self) -> None:
        """Close the line; bytes that were not sent yet are dropped."""
        self._stop()
        port = self._port
        await asyncio.to_thread(_close, port)  # a driver may wait for a device that is stuck

    def _keep(self, data: bytes) -> None:
        if len(self._unsent) + len(data) > UNSENT_LIMIT_BYTES:
            raise OSError(errno.EIO, "the port takes no more bytes")
        self._unsent += data

    def _write(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._file, data)
        except BlockingIOError:
            return 0

    def _send_rest(self) -> None:
        try:
            del self._unsent[: self._write(self._unsent)]
        except OSError as error:
            self._lose(error)
            return
        if not self._unsent:
            self._loop.remove_writer(self._file)

    def _hear_nothing(self) -> None:
        if _is_hung_up(self._file):
            self._lose(OSError(errno.EIO, "the device is gone"))
        else:  # there was something to read a moment ago
            self._on_stolen()

    def _lose(self, error: OSError) -> None:
        self._stop()
        self._on_lost(error)

    def _stop(self) -> None:
        self._watched.stop()
        if self._unsent:
            self._unsent.clear()
            self._loop.remove_writer(self._file)


async def open_line(
    path: str,
    on_bytes: Callable[[bytes], None],
    on_lost: Callable[[OSError], None],
    on_stolen: Callable[[], None] = lambda: None,
    baud: int = BAUD,
) -> SerialLine:
    """Open the line at `path` for this program only. Raises OSError."""
    opening = asyncio.create_task(asyncio.to_thread(open_port, path, baud))  # a driver may be slow
    try:
        port = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise
    return SerialLine(port, on_bytes, on_lost, on_stolen)


def open_port(path: str, baud: int = BAUD) -> serial.Serial:
    """Open a port for eight bits without parity, without waiting. Raises OSError."""
    port = serial.Serial(baudrate=baud, timeout=0, write_timeout=0, exclusive=True)
    port.port = path
    try:
        port.open()
        _keep_from_resetting(port.fileno())
        # pyserial's lock keeps out those who ask for it; this keeps out everybody but root.
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
    except termios.error as error:  # a port that disappears while it is being opened
        port.close()
        raise OSError(*error.args) from error
    except OSError as error:
        port.close()
        if isinstance(error.__context__, termios.error):  # pyserial keeps the number to itself
            raise OSError(*error.__context__.args) from error
        raise
    # Otherwise an FTDI chip keeps received bytes for 16 ms; other drivers have no such mode.
    with contextlib.suppress(OSError, ValueError):
        port.set_low_latency_mode(True)
    return port


def _is_hung_up(file: int) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


def _keep_from_resetting(file: int) -> None:
    """Keep DTR set when the line is closed: its fall and rise reset an Arduino."""
    attributes = termios.tcgetattr(file)
    attributes[2] &= ~termios.HUPCL
    termios.tcsetattr(file, termios.TCSANOW, attributes)


def _close(port: serial.Serial) -> None:
    # Bytes that the kernel still holds must not arrive later as a stale order.
    with contextlib.suppress(OSError, termios.error):
        port.reset_output_buffer()
    with contextlib.suppress(OSError, termios.error):
        fcntl.ioctl(port.fileno(), termios.TIOCNXCL)
    with contextlib.suppress(OSError):  # of a device that is gone; it is closed anyway
        port.close()


def _close_unwanted(opening: asyncio.Task[serial.Serial]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
