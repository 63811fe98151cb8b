"""A learned device becomes a section that the configuration takes, and that means what it did."""

from __future__ import annotations

import tomllib

import mido
import pytest

from boxd.devices import Key, LampName
from boxd.midi.device_profile import BoardKey, BoardTap
from boxd.midi.finding import WantedDevice
from boxd.midi.learned import LearnedDevice, LearnedLamp, name_for, section
from boxd.midi.learning import KEYS, Kind, LearnedKey, Signal
from boxd.midi.notes import NotesProfile
from boxd.midi.sections import NotesDevice


def note(number: int, channel: int = 1) -> Signal:
    return Signal(Kind.NOTE, number, channel)


def device(text: str) -> NotesDevice:
    (entry,) = tomllib.loads(text)["devices"]
    return NotesDevice.model_validate(entry)


def test_is_short_where_the_defaults_hold() -> None:
    keys = {key: LearnedKey(note(36 + n)) for n, key in enumerate(KEYS[:2])}

    assert section(LearnedDevice("pad", WantedDevice("My Pad"), keys)) == (
        '[[devices]]\nkind = "notes"\nname = "pad"\nport = "My Pad"\n\n[devices.keys]\n'
        "0 = 36\n1 = 37\n"
    )


def test_what_was_learned_is_what_the_driver_hears_and_sends() -> None:
    keys = {
        Key.DIGIT_0: LearnedKey(note(36, 10)),
        Key.DIGIT_1: LearnedKey(note(36, 3)),
        Key.ENTER: LearnedKey(Signal(Kind.CONTROL, 7, 10), on=100, off=1),
        Key.CANCEL: LearnedKey(Signal(Kind.CONTROL, 8, 10), taps=True),
    }
    lamps = {LampName.FAILURE: LearnedLamp(note(50, 7), on=15, off=12)}
    profile = NotesProfile(
        device(section(LearnedDevice("pad", WantedDevice('Pad "X" é'), keys, lamps)))
    )

    sent = ("99247f", "92247f", "b90764", "b90800")
    heard = [profile.decode(mido.Message.from_hex(message)) for message in sent]
    assert heard == [
        BoardKey(Key.DIGIT_0, True),
        BoardKey(Key.DIGIT_1, True),
        BoardKey(Key.ENTER, True),
        BoardTap(Key.CANCEL),
    ]
    lit, out = (profile.lamp(LampName.FAILURE, lit) for lit in (True, False))
    assert lit == (mido.Message.from_hex("96320f"),)
    assert out == (mido.Message.from_hex("96320c"),)


def test_the_channel_of_most_is_the_devices() -> None:
    keys = {key: LearnedKey(note(n, 10 if n else 2)) for n, key in enumerate(KEYS)}

    assert device(section(LearnedDevice("pad", WantedDevice("Pad"), keys))).channel == 10


@pytest.mark.parametrize(
    ("port", "taken", "name"),
    [
        ("Launchpad Mini", (), "launchpad-mini"),
        ("nanoKONTROL2 _ CTRL", (), "nanokontrol2-ctrl"),
        ("8x8 Grid", (), "pad-8x8-grid"),
        ("Größe", (), "gr-e"),
        ("Pad", ("pad", "pad-2"), "pad-3"),
        ("x" * 40, (), "x" * 32),
        ("x" * 40, ("x" * 32,), "x" * 29 + "-2"),
        ("ÄÖ", (), "pad"),
    ],
)
def test_a_device_gets_a_name_that_the_configuration_takes(
    port: str, taken: tuple[str, ...], name: str
) -> None:
    assert name_for(port, taken) == name
    assert device(section(LearnedDevice(name, WantedDevice(port)))).name == name
