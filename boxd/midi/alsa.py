"""What only ALSA's sequencer can tell: whether two of its ports are connected.

A device that is plugged in again gets its old client number if that is free, and with it its old
name. python-rtmidi's ports then still say "open", and reach nobody. Structures and numbers are
those of the kernel's `include/uapi/sound/asequencer.h`; they are the same on every processor.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SEQUENCER = "/dev/snd/seq"

# _IOWR('S', number, a structure of this size)
_GET_SUBSCRIPTION = 0xC0505350
_QUERY_NEXT_CLIENT = 0xC0BC5351

_CLIENT_INFO = struct.Struct("=i4x64s116x")  # number, type, name, and the unused rest
_SUBSCRIPTION = struct.Struct("=BBBB76x")  # sender's client and port, destination's client and port

_ADDRESS = re.compile(r"\s(\d+):(\d+)$")

# The kernel numbers the clients of its sound cards from 16 on, four to a card, up to 127
# (sound/core/seq/seq_clientmgr.c).
_FIRST_OF_A_CARD, _CLIENTS_OF_A_CARD, _FIRST_OF_PROGRAMS = 16, 4, 128
_SOUND = Path("/sys/class/sound")

_Ioctl = Callable[[int, int, bytearray], int]


@dataclass(frozen=True)
class Address:
    """A port's present numbers."""

    client: int
    port: int


def address_of(name: str) -> Address | None:
    """The numbers at the end of a port's name in rtmidi's form, `... MIDI 1 20:0`."""
    found = _ADDRESS.search(name)
    return Address(int(found[1]), int(found[2])) if found else None


def usb_socket(port: str, sound: Path = _SOUND) -> str:
    """The USB socket of the device behind a port, e.g. `1-1.2`; empty if it has none."""
    address = address_of(port)
    if address is None or not _FIRST_OF_A_CARD <= address.client < _FIRST_OF_PROGRAMS:
        return ""
    card = (address.client - _FIRST_OF_A_CARD) // _CLIENTS_OF_A_CARD
    try:
        interface = (sound / f"card{card}" / "device").resolve(strict=True).name
    except OSError:  # it has just gone
        return ""
    found = re.fullmatch(r"(\d+-[\d.]+):[\d.]+", interface)
    return found[1] if found else ""


class AlsaSequencer:
    """The kernel's sequencer. Raises OSError with the remedy if there is none."""

    def __init__(self, path: str = SEQUENCER, ioctl: _Ioctl = fcntl.ioctl) -> None:
        self._ioctl = ioctl
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except PermissionError as error:
            raise OSError(f"{path} may not be opened; add boxd's user to group audio") from error
        except OSError as error:
            why = error.strerror
            raise OSError(f"{path} can't be opened ({why}); try: modprobe snd-seq") from error

    def port_of(self, client: str) -> Address | None:
        """The first port of the client with this name, if there is one."""
        number = -1
        while True:
            info = bytearray(_CLIENT_INFO.pack(number, b""))
            try:
                self._ioctl(self._file, _QUERY_NEXT_CLIENT, info)
            except OSError:  # that was the last one
                return None
            number, name = _CLIENT_INFO.unpack(info)
            if name.partition(b"\0")[0] == client.encode():
                return Address(number, 0)

    def are_joined(self, sender: Address | None, destination: Address | None) -> bool:
        """Whether the first port sends to the second; False if one does not exist."""
        if sender is None or destination is None:
            return False
        ends = (sender.client, sender.port, destination.client, destination.port)
        try:
            self._ioctl(self._file, _GET_SUBSCRIPTION, bytearray(_SUBSCRIPTION.pack(*ends)))
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close the sequencer."""
        os.close(self._file)
