"""The controllers that config/layouts describes send and show what their manuals say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import mido
import pytest

from boxd.config import load
from boxd.config.schema import Config, MidiBackend
from boxd.devices import DeviceState, Key, KeyTouch, LampName
from boxd.midi.bus import MidiBus, wanted
from boxd.midi.device_profile import BoardKey, IgnoredMessage
from boxd.midi.finding import WantedDevice, find
from boxd.midi.notes import NotesProfile
from boxd.midi.ports import Listing, PortPair
from boxd.midi.rtmidi_ports import RtMidiPorts
from boxd.midi.sections import NotesDevice
from tests.midi.peer import ANY_DEVICE, start_peer
from tests.midi.waiting import until, until_keys_are_new

LAYOUTS = Path(__file__).parents[2] / "config" / "layouts"
TELEPHONE = ("123", "456", "789")


@dataclass(frozen=True)
class Published:
    """What a manual says, by arithmetic of its own: messages in hexadecimal."""

    card: str  # its own name, and its plug's
    plug: str
    presses: dict[str, tuple[str, str]]  # key: what a press and its end send
    lamps: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)  # lit, out
    foreign: tuple[str, ...] = ()  # what else it sends, and what must press nothing


def _note(number: int, value: int, channel: int = 1) -> str:
    return bytes((0x8F + channel, number, value)).hex()


def _off(number: int) -> str:
    return bytes((0x80, number, 0)).hex()


def _control(number: int, value: int) -> str:
    return bytes((0xB0, number, value)).hex()


def _at(name: str) -> tuple[int, int]:
    """A key's row and column on a telephone."""
    rows = [*TELEPHONE, ("Cancel", "0", "Enter")]
    return next((r, list(row).index(name)) for r, row in enumerate(rows) if name in list(row))


def _launchpad_key(name: str) -> int:
    row, column = _at(name)
    return 16 * (4 + row) + column


def _launchpad_row(row: int, colour: int) -> tuple[list[str], list[str]]:
    pads = [16 * row + column for column in range(8)]
    return [_note(pad, colour + 12) for pad in pads], [_note(pad, 12) for pad in pads]


def _apc_key(name: str) -> int:
    row, column = _at(name)
    return 8 * (3 - row) + column


def _apc_row(from_below: int, colour: int) -> tuple[list[str], list[str]]:
    pads = [8 * from_below + column for column in range(8)]
    return [_note(pad, colour, 7) for pad in pads], [_note(pad, 0, 7) for pad in pads]


def _keybow_key(name: str) -> int:
    row, column = _at(name)
    return 36 + 4 * column + (3 - row)


def _korg_key(name: str) -> int:
    named = {"0": 64 + 3, "Enter": 41, "Cancel": 42}
    if name in named:
        return named[name]
    row, column = _at(name)
    return (32, 48, 64)[row] + column


def _korg_row(first: int) -> tuple[list[str], list[str]]:
    buttons = range(first + 5, first + 8)
    return [_control(n, 127) for n in buttons], [_control(n, 0) for n in buttons]


PUBLISHED = {
    "launchpad-mini": Published(
        "Launchpad Mini",
        "Launchpad Mini",
        {k: (_note(_launchpad_key(k), 127), _note(_launchpad_key(k), 0)) for k in Key},
        {
            "standby": _launchpad_row(0, 16 * 3 + 2),
            "success": _launchpad_row(1, 16 * 3),
            "failure": _launchpad_row(2, 3),
        },
        foreign=(_note(8, 127), _note(0, 127), _control(104, 127)),
    ),
    "apc-mini-mk2": Published(
        "APC mini mk2",
        "APC mini mk2 Control",
        {k: (_note(_apc_key(k), 127), _off(_apc_key(k))) for k in Key},
        {"standby": _apc_row(7, 13), "success": _apc_row(6, 21), "failure": _apc_row(5, 5)},
        foreign=(_note(122, 127), _note(2, 127, 10), _control(48, 64)),
    ),
    "keybow-2040": Published(
        "Keybow 2040",
        "CircuitPython usb_midi.ports[0]",
        {k: (_note(_keybow_key(k), 127), _off(_keybow_key(k))) for k in Key},
        foreign=(_note(48, 127), _note(51, 127)),
    ),
    "nanokontrol2": Published(
        "nanoKONTROL2",
        "nanoKONTROL2 _ CTRL",
        {k: (_control(_korg_key(k), 127), _control(_korg_key(k), 0)) for k in Key},
        {"standby": _korg_row(32), "success": _korg_row(48), "failure": _korg_row(64)},
        foreign=(_control(0, 127), _control(16, 99), _control(46, 127), _note(41, 127)),
    ),
}


def layout(name: str) -> Config:
    return load(LAYOUTS / f"{name}.toml")


def pad_of(config: Config) -> NotesDevice:
    return next(each for each in config.devices if isinstance(each, NotesDevice))


def test_every_shipped_layout_is_tried_here() -> None:
    assert {file.stem for file in LAYOUTS.glob("*.toml")} == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_is_a_bays_keypad_in_a_box_that_loads(name: str) -> None:
    config = layout(name)

    assert config.bays[0].keypad == pad_of(config).name
    assert pad_of(config).key_names == set(Key)


def kernel_names(card: str, plug: str, number: str) -> tuple[str, str]:
    """What Linux calls a port since 5.15, and before (sound/usb/midi.c): 31 bytes of it."""
    return (
        f"{card}:{f'{card} {plug}'[:31]} {number}",
        f"{card}:{card} MIDI 1 {number}",
    )


@pytest.mark.parametrize("kernel", [0, 1])
@pytest.mark.parametrize("name", PUBLISHED)
def test_each_is_found_under_the_names_that_kernels_give_it(name: str, kernel: int) -> None:
    published = PUBLISHED[name]
    port = kernel_names(published.card, published.plug, "20:0")[kernel]
    listing = Listing((port, "Other:Other MIDI 1 24:0"), (port,))

    assert find(listing, wanted(pad_of(layout(name)))) == PortPair(port, port)


def test_the_second_port_of_the_apc_mini_mk2_is_another_one() -> None:
    control, notes = (
        kernel_names("APC mini mk2", f"APC mini mk2 {plug}", number)[0]
        for plug, number in (("Control", "20:0"), ("Notes", "20:1"))
    )
    listing = Listing((control, notes), (control, notes))

    assert control == "APC mini mk2:APC mini mk2 APC mini mk2 Contr 20:0"
    for port in (wanted(pad_of(layout("apc-mini-mk2"))), WantedDevice("APC mini mk2 Control")):
        assert find(listing, port) == PortPair(control, control)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_each_key_sends_is_that_key(name: str) -> None:
    profile = NotesProfile(pad_of(layout(name)))

    for key, (press, end) in PUBLISHED[name].presses.items():
        assert profile.decode(mido.Message.from_hex(press)) == BoardKey(Key(key), True)
        assert profile.decode(mido.Message.from_hex(end)) == BoardKey(Key(key), False)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_else_it_sends_presses_nothing(name: str) -> None:
    profile = NotesProfile(pad_of(layout(name)))

    for message in PUBLISHED[name].foreign:
        assert isinstance(profile.decode(mido.Message.from_hex(message)), IgnoredMessage)


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_lamp_is_lit_and_put_out_as_the_manual_says(name: str) -> None:
    profile = NotesProfile(pad_of(layout(name)))
    lamps = PUBLISHED[name].lamps

    assert {str(lamp) for lamp in profile.lamps} == set(lamps)
    for lamp, (lit, out) in lamps.items():
        assert [message.bin().hex() for message in profile.lamp(LampName(lamp), True)] == lit
        assert [message.bin().hex() for message in profile.lamp(LampName(lamp), False)] == out


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_light_is_a_key_so_that_no_echo_can_be_a_press(name: str) -> None:
    profile, published = NotesProfile(pad_of(layout(name))), PUBLISHED[name]

    for message in (each for pair in published.lamps.values() for each in (*pair[0], *pair[1])):
        assert isinstance(profile.decode(mido.Message.from_hex(message)), IgnoredMessage)


async def test_a_launchpad_on_a_real_port_types_a_code_and_shows_the_lamps(jack: None) -> None:
    device, published = pad_of(layout("launchpad-mini")), PUBLISHED["launchpad-mini"]
    peer = await start_peer(device.port, program=ANY_DEVICE)
    bus = MidiBus([device], RtMidiPorts(MidiBackend.JACK), lambda: None)
    driven, heard = bus.devices[0], list[KeyTouch]()
    driven.keypad.subscribe(heard.append)
    try:
        await bus.start()
        await until(lambda: driven.status.state is DeviceState.READY)
        await until_keys_are_new()
        for key in ("1", "0", "Enter"):
            peer.say("send " + " ".join(published.presses[key]))
        await until(lambda: len(heard) == 6, 10)
        assert [touch.key for touch in heard if touch.touched] == ["1", "0", "Enter"]

        await until(lambda: len(peer.received()) == 24)
        assert peer.received() == [m for lamp in LampName for m in published.lamps[lamp][1]]
        driven.lamps[LampName.SUCCESS].set(True)
        await until(lambda: len(peer.received()) == 32)
        assert peer.received()[24:] == published.lamps["success"][0]
    finally:
        await bus.close()
        await peer.end()
