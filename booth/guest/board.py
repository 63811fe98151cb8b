"""A CodeTV board on a real USB-MIDI device: the simulated firmware at the gadget's own side."""

from __future__ import annotations

import asyncio
import contextlib
import os

from booth.guest.gadgets import MidiGadget
from boxd.sim.board import SimulatedBoard
from boxd.sim.hardware_trace import Trace

_READ_BYTES = 4096


class UsbBoard:
    """A board with a cable. Its firmware runs on this process's event loop."""

    def __init__(self, number: int, trace: Trace) -> None:
        product = f"CodeTV Board {number}"
        self.board = SimulatedBoard(product, trace)
        self._gadget = MidiGadget(f"board{number}", product, f"SN0000{number}")
        self._trace = trace
        self._file: int | None = None

    @property
    def is_plugged(self) -> bool:
        """Whether its cable is in."""
        return self._file is not None

    def plug(self) -> None:
        """Plug it in; it gets its power by this."""
        self._gadget.plug()
        self._file = os.open(self._gadget.node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        asyncio.get_running_loop().add_reader(self._file, self._read)
        self.board.power_on()
        self.board.emit = self._send
        self._trace.write("plugged", self.board.product)

    def unplug(self) -> None:
        """Pull its cable, and with it its power."""
        if self._file is None:
            return
        self._let_go()
        self._gadget.unplug()
        self.board.power_off()
        self._trace.write("unplugged", self.board.product)

    def remove(self) -> None:
        """Let it be no more."""
        self.unplug()
        self._gadget.remove()

    def _send(self, data: bytes) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # nobody listens at the other end
                os.write(self._file, data)

    def _read(self) -> None:
        if self._file is None:
            return
        try:
            data = os.read(self._file, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # the host is gone
            self._let_go()
            return
        self.board.receive(data)

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            asyncio.get_running_loop().remove_reader(file)
            os.close(file)
