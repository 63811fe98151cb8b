"""An Arduino on a real USB serial device: the firmware's twin at the gadget's own side."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty

from booth.guest.gadgets import SerialGadget
from boxd.arduino.sections import ArduinoDevice
from boxd.sim.arduino import SimulatedArduino
from boxd.sim.hardware_trace import Trace

PRODUCT = "Arduino Uno"
_READ_BYTES = 4096


def port_of(serial: str) -> str:
    """The path that udev gives to the line of the board with this serial number."""
    return f"/dev/serial/by-id/usb-Arduino__www.arduino.cc__Arduino_Uno_{serial}-if00"


class UsbArduino(SimulatedArduino):
    """The twin with a USB plug that is its power too. Its port's name ends in `serial`."""

    def __init__(self, device: ArduinoDevice, serial: str, trace: Trace) -> None:
        super().__init__(device, trace)
        self._gadget = SerialGadget(device.name, PRODUCT, serial)
        self._line: int | None = None

    def plug(self) -> None:
        """Plug it in."""
        self.power_on()
        self.connect()
        self.trace.write("plugged", self.product)

    def unplug(self) -> None:
        """Pull its plug."""
        self.disconnect()
        self.power_off()
        self.trace.write("unplugged", self.product)

    def remove(self) -> None:
        """Let it be no more."""
        self.unplug()
        self._gadget.remove()

    def connect(self) -> None:
        """Enumerate as a USB serial device."""
        self._line = os.open(self._gadget.node, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._line)
        asyncio.get_running_loop().add_reader(self._line, self._read)
        self._gadget.plug()

    def disconnect(self) -> None:
        """Vanish from the bus."""
        self._let_go()
        self._gadget.unplug()

    def say(self, data: bytes) -> None:
        """Send these bytes, whatever they are; what nobody takes is lost."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                os.write(self._line, data)

    def _read(self) -> None:
        if self._line is None:
            return
        try:
            data = os.read(self._line, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._receive(data)
        else:
            self._let_go()

    def _let_go(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            asyncio.get_running_loop().remove_reader(line)
            os.close(line)
