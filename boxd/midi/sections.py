"""The configuration's sections of MIDI devices: CodeTV boards, and pads with a map of notes."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from boxd.config.device_schema import DeviceSection
from boxd.config.values import MidiChannel, MidiNumber, Name, Section, Text
from boxd.devices import Key, LampName

_BOARDS_VENDOR = 0x7D


def _sysex(text: str) -> str:
    """Bytes in hexadecimal, as manuals print them, in one form."""
    data = bytes.fromhex(text) if re.fullmatch(r"([0-9A-Fa-f]{2}\s*)+", text) else b""
    if len(data) < 3 or (data[0], data[-1]) != (0xF0, 0xF7) or max(data[1:-1]) > 0x7F:
        raise ValueError(
            f"takes whole SysEx messages in hexadecimal, e.g. 'F0 00 20 29 02 0C 0E 01 F7', "
            f"not '{text}'"
        )
    if data[1] == _BOARDS_VENDOR:
        raise ValueError(
            f"'{text}' begins like a message to a CodeTV board (F0 7D), which acts on it; "
            "write the one in your device's manual"
        )
    return data.hex(" ").upper()


UsbSocket = Annotated[
    str,
    Field(
        pattern=r"^(\d+-)?\d+(\.\d+)*$",
        description="a USB socket's path as 'boxd devices list' shows it, e.g. '1-1.2'",
    ),
]
SysEx = Annotated[str, AfterValidator(_sysex)]


class CodetvDevice(DeviceSection):
    """A CodeTV board, found by its product name."""

    why_no_door: ClassVar[str] = (
        "a CodeTV board has no door switch; name another device's door or leave the key out"
    )

    kind: Literal["codetv"]
    port: str = Field(
        pattern=r"^CodeTV Board [0-3]$",
        description="the product name of a board: 'CodeTV Board 0', 1, 2 or 3",
    )
    usb: UsbSocket | None = None

    @property
    def place(self) -> str:
        """Its name, and its USB socket if that tells it apart."""
        return _at_usb(super().place, self.usb)

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""
        return frozenset(Key)

    @property
    def lamp_names(self) -> frozenset[LampName]:
        """The lamps that it has."""
        return frozenset(LampName)

    @property
    def has_buzzer(self) -> bool:
        """Whether it has a buzzer."""
        return True

    @property
    def latch_names(self) -> tuple[str, ...]:
        """Its latches."""
        return ("latch",)


class MidiControl(Section):
    """One note or controller number of a MIDI device, and the values that go with it.

    A whole number is a short form for that note. The default channel is the device's.
    """

    IN_WORDS: ClassVar[str] = "a note's number, or keys with values, e.g. { note = 60 }"

    note: MidiNumber | None = None
    control: MidiNumber | None = None
    on: MidiNumber = 127
    off: MidiNumber = 0
    channel: MidiChannel | None = None

    @model_validator(mode="before")
    @classmethod
    def _number_is_a_note(cls, value: object) -> object:
        return {"note": value} if type(value) is int else value

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.note is None) == (self.control is None):
            raise ValueError("takes exactly one of note and control, e.g. { note = 60 }")
        return self


class NotesKey(MidiControl):
    """A key. `taps`: the device never reports a release, so each message is a whole tap.

    Toggle buttons do that (on at one press, off at the next), and program changes (`program`)
    always. `pressure`: the control's value says how hard it is hit; any above 0 is a press.
    """

    program: MidiNumber | None = None
    pressure: bool = False
    taps: bool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(each is not None for each in (self.note, self.control, self.program)) != 1:
            raise ValueError("takes exactly one of note, control and program, e.g. { note = 60 }")
        if self.pressure and self.control is None:
            raise ValueError("has pressure, which goes with a control: a note's is known anyway")
        return self


class NotesLamp(Section):
    """What switches a lamp on: one note or control, or several at once.

    A whole number, or a list of them, is a short form for those notes.
    """

    IN_WORDS: ClassVar[str] = "notes' numbers, or keys with values, e.g. { note = [5, 6], on = 60 }"

    note: tuple[MidiNumber, ...] = ()
    control: tuple[MidiNumber, ...] = ()
    on: MidiNumber = 127
    off: MidiNumber = 0
    channel: MidiChannel | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        named = {"note": value} if type(value) is int or isinstance(value, list) else value
        if not isinstance(named, dict):
            return named
        return {key: _listed(key, inner) for key, inner in named.items()}

    @model_validator(mode="after")
    def _lights_something(self) -> Self:
        if not self.controls:
            raise ValueError("takes note or control, e.g. { note = [5, 6] }")
        return self

    @property
    def controls(self) -> tuple[MidiControl, ...]:
        """The notes and controls to send to."""
        values = {"on": self.on, "off": self.off, "channel": self.channel}
        return (
            *(MidiControl.model_validate({"note": number, **values}) for number in self.note),
            *(MidiControl.model_validate({"control": number, **values}) for number in self.control),
        )


def _listed(key: str, value: object) -> object:
    if key not in ("note", "control"):
        return value
    return (value,) if type(value) is int else tuple(value) if isinstance(value, list) else value


class NotesDevice(DeviceSection):
    """Any class-compliant MIDI device, with a map of its notes and controls.

    It has no latches, because such a device limits no pulse.
    """

    why_no_latch: ClassVar[str] = (
        "nothing on a notes device bounds how long a latch is on, and a coil left on burns; name a"
        " codetv, gpio or arduino device"
    )

    kind: Literal["notes"]
    port: Text
    usb: UsbSocket | None = None
    port_number: int | None = Field(default=None, ge=0, le=255)
    channel: MidiChannel = 1
    keys: dict[Key, NotesKey] = Field(default_factory=dict)
    lamps: dict[LampName, NotesLamp] = Field(default_factory=dict)
    buzzer: MidiControl | None = None
    doors: dict[Name, MidiControl] = Field(default_factory=dict)
    ask_state: MidiControl | None = None
    greeting: tuple[SysEx, ...] = ()

    @property
    def place(self) -> str:
        """Its name, and what tells it apart from one of the same name."""
        place = _at_usb(super().place, self.usb)
        return place if self.port_number is None else f"{place}, number {self.port_number}"


def _at_usb(place: str, usb: str | None) -> str:
    return f"{place} at USB {usb}" if usb else place
