"""USB devices of the kernel's own making, on a controller that ends in the same machine.

They enumerate like anything that is plugged in: drivers, udev and names are the real ones. The
device's side is a node as well: a raw MIDI device, or a serial line.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIGFS = Path("/sys/kernel/config/usb_gadget")
_CONTROLLERS = Path("/sys/class/udc")
_CARDS = Path("/proc/asound")

SOCKETS = 6
_LINUX_FOUNDATION, _COMPOSITE = "0x1d6b", "0x0104"


def make_sockets() -> None:
    """Let there be USB sockets, once for the machine."""
    subprocess.run(["modprobe", "libcomposite"], check=True)
    subprocess.run(["modprobe", "dummy_hcd", f"num={SOCKETS}"], check=True)


class Gadget:
    """One USB device with one function, plugged in and out at will."""

    def __init__(self, name: str, manufacturer: str, product: str, serial: str, function: str):
        self.product = product
        self._folder = _CONFIGFS / name
        self.function = self._folder / "functions" / f"{function}.{name}"
        texts = self._folder / "strings/0x409"
        configuration = self._folder / "configs/c.1"
        for folder in (texts, configuration, self.function):
            folder.mkdir(parents=True)
        (self._folder / "idVendor").write_text(_LINUX_FOUNDATION)
        (self._folder / "idProduct").write_text(_COMPOSITE)
        (texts / "manufacturer").write_text(manufacturer)
        (texts / "product").write_text(product)
        (texts / "serialnumber").write_text(serial)
        self.prepare()
        (configuration / self.function.name).symlink_to(self.function)

    def prepare(self) -> None:
        """Set what the function has to know before it is part of a device."""

    @property
    def is_plugged(self) -> bool:
        """Whether it is connected."""
        return bool((self._folder / "UDC").read_text().strip())

    def plug(self) -> None:
        """Plug it in, anywhere; it enumerates in its own time."""
        taken = {(each / "UDC").read_text().strip() for each in _CONFIGFS.iterdir()}
        free = sorted({each.name for each in _CONTROLLERS.iterdir()} - taken)
        (self._folder / "UDC").write_text(free[0])

    def unplug(self) -> None:
        """Pull its plug."""
        if self.is_plugged:
            (self._folder / "UDC").write_text("\n")

    def remove(self) -> None:
        """Let it be no more."""
        self.unplug()
        configuration = self._folder / "configs/c.1"
        (configuration / self.function.name).unlink()
        for folder in (configuration, self.function, self._folder / "strings/0x409", self._folder):
            folder.rmdir()


class MidiGadget(Gadget):
    """A USB-MIDI device with one port."""

    def __init__(self, name: str, product: str, serial: str):
        self._card = name
        super().__init__(name, "High Order", product, serial, "midi")

    def prepare(self) -> None:
        """Let its sound card be found by its name."""
        (self.function / "id").write_text(self._card)

    @property
    def node(self) -> Path:
        """The device's own side while it is plugged in: what is written goes to the host."""
        card = (_CARDS / self._card).readlink().name.removeprefix("card")
        return Path(f"/dev/snd/midiC{card}D0")


class SerialGadget(Gadget):
    """A USB serial device."""

    def __init__(self, name: str, product: str, serial: str):
        super().__init__(name, "Arduino (www.arduino.cc)", product, serial, "acm")

    @property
    def node(self) -> Path:
        """The device's own side of the line."""
        return Path(f"/dev/ttyGS{(self.function / 'port_num').read_text().strip()}")
