"""What is asked of ALSA's sequencer; the kernel's side of it is a table here, real in the booth."""

from __future__ import annotations

import errno
import struct
from pathlib import Path

import pytest

from boxd.midi.alsa import Address, AlsaSequencer, address_of, usb_socket

QUERY_NEXT_CLIENT = 0xC0BC5351
GET_SUBSCRIPTION = 0xC0505350
BOARD, IN, OUT = Address(20, 0), Address(128, 0), Address(129, 0)


class Kernel:
    """The kernel's tables of clients and connections, asked as it is asked."""

    def __init__(self) -> None:
        self.clients = {0: "System", 20: "CodeTV Board 0", 128: "boxd-7-1-in", 129: "boxd-7-1-out"}
        self.joined = {(BOARD, IN), (OUT, BOARD)}

    def __call__(self, _file: int, request: int, about: bytearray) -> int:
        if request == QUERY_NEXT_CLIENT:
            assert len(about) == 188
            (before,) = struct.unpack_from("=i", about)
            following = [number for number in sorted(self.clients) if number > before]
            if not following:
                raise OSError(errno.ENOENT, "no more")
            struct.pack_into("=ii64s", about, 0, following[0], 1, self.name(following[0]))
        else:
            assert (request, len(about)) == (GET_SUBSCRIPTION, 80)
            ends = struct.unpack_from("=BBBB", about)
            if (Address(*ends[:2]), Address(*ends[2:])) not in self.joined:
                raise OSError(errno.EINVAL, "no such port")
        return 0

    def name(self, number: int) -> bytes:
        return self.clients[number].encode()


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def sequencer(kernel: Kernel) -> AlsaSequencer:
    return AlsaSequencer("/dev/null", kernel)


def test_a_ports_numbers_stand_at_the_end_of_its_name() -> None:
    assert address_of("CodeTV Board 0:CodeTV Board 0 MIDI 1 20:0") == BOARD
    assert address_of("CodeTV Board 0:midi") is None


def test_a_client_is_found_by_its_whole_name(sequencer: AlsaSequencer) -> None:
    assert sequencer.port_of("boxd-7-1-out") == OUT
    assert sequencer.port_of("boxd-7-1") is None


def test_ports_are_joined_in_one_direction(sequencer: AlsaSequencer) -> None:
    assert sequencer.are_joined(BOARD, IN)
    assert not sequencer.are_joined(IN, BOARD)


def test_a_device_that_returned_under_its_old_numbers_is_not_joined(
    sequencer: AlsaSequencer, kernel: Kernel
) -> None:
    kernel.joined.clear()

    assert not sequencer.are_joined(BOARD, IN)
    assert not sequencer.are_joined(OUT, BOARD)


def test_nothing_is_joined_with_a_port_that_does_not_exist(sequencer: AlsaSequencer) -> None:
    assert not sequencer.are_joined(BOARD, None)
    assert not sequencer.are_joined(None, BOARD)


def test_a_missing_sequencer_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="modprobe snd-seq"):
        AlsaSequencer(str(tmp_path / "seq"))


def test_the_usb_socket_of_a_card_is_where_its_device_hangs(tmp_path: Path) -> None:
    device = tmp_path / "devices/usb1/1-1/1-1.2/1-1.2:1.0"
    device.mkdir(parents=True)
    (tmp_path / "card1").mkdir()
    (tmp_path / "card1/device").symlink_to(device)

    assert usb_socket("Pad:Pad MIDI 1 20:0", tmp_path) == "1-1.2"
    assert usb_socket("Pad:Pad MIDI 1 24:0", tmp_path) == ""  # just gone
    assert usb_socket("a program:out 128:0", tmp_path) == ""


def test_a_card_that_is_not_on_usb_has_no_socket(tmp_path: Path) -> None:
    (tmp_path / "platform/snd_aloop.0").mkdir(parents=True)
    (tmp_path / "card1").mkdir()
    (tmp_path / "card1/device").symlink_to(tmp_path / "platform/snd_aloop.0")

    assert usb_socket("Loopback:Loopback MIDI 20:0", tmp_path) == ""
