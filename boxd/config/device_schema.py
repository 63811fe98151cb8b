"""The schema of the devices in the configuration file, kind by kind.

All kinds list their parts by the same properties, so that the rules need not know the kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from boxd.config.values import MidiChannel, MidiNumber, Name, Section, Text
from boxd.devices import PULSE_LONGEST_MS, PULSE_SHORTEST_MS, Key, LampName

PULSE_DEFAULT_MS = 150
_BOARDS_VENDOR = 0x7D

# The header's pins by BCM number; 0 and 1 belong to the memory on expansion boards.
PinNumber = Annotated[int, Field(ge=2, le=27)]
PulseMs = Annotated[int, Field(ge=PULSE_SHORTEST_MS, le=PULSE_LONGEST_MS)]

_STAYS = "a path that stays the same, e.g. '/dev/serial/by-id/usb-Arduino_...'"


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


def _stays_the_same(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(f"takes {_STAYS}, not '{path}'")
    if re.match(r"/dev/tty(ACM|USB)\d", path):
        raise ValueError(
            f"takes {_STAYS}; '{path}' is numbered by who woke up first: 'boxd devices list' "
            "tells what to write"
        )
    return path


SerialPath = Annotated[str, AfterValidator(_stays_the_same), Field(description=_STAYS)]
UsbSocket = Annotated[
    str,
    Field(
        pattern=r"^(\d+-)?\d+(\.\d+)*$",
        description="a USB socket's path as 'boxd devices list' shows it, e.g. '1-1.2'",
    ),
]
SysEx = Annotated[str, AfterValidator(_sysex)]
ArduinoNumber = Annotated[int, Field(ge=1, le=8)]


class DeviceSection(Section):
    """A device of any kind; its parts are those in its tables.

    A kind whose parts are not in tables overrides the properties.
    """

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""
        return frozenset(self._table("keys"))

    @property
    def lamp_names(self) -> frozenset[LampName]:
        """The lamps that it has."""
        return frozenset(self._table("lamps"))

    @property
    def has_buzzer(self) -> bool:
        """Whether it has a buzzer."""
        return bool(getattr(self, "buzzer", False))

    @property
    def latch_names(self) -> tuple[str, ...]:
        """Its latches."""
        return tuple(self._table("latches"))

    @property
    def door_names(self) -> tuple[str, ...]:
        """Its door switches."""
        return tuple(self._table("doors"))

    def _table(self, name: str) -> Mapping[Any, object]:
        return getattr(self, name, {})


class CodetvDevice(DeviceSection):
    """A CodeTV board, found by its product name."""

    kind: Literal["codetv"]
    name: Name
    port: str = Field(
        pattern=r"^CodeTV Board [0-3]$",
        description="the product name of a board: 'CodeTV Board 0', 1, 2 or 3",
    )
    usb: UsbSocket | None = None
    enabled: bool = True

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

    Toggle buttons do that (on at one press, off at the next).
    """

    taps: bool = False


class NotesLamp(Section):
    """What switches a lamp on: one note or control, or several at once.

    A whole number, or a list of them, is a short form for those notes.
    """

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

    kind: Literal["notes"]
    name: Name
    port: Text
    usb: UsbSocket | None = None
    port_number: int | None = Field(default=None, ge=0, le=255)
    enabled: bool = True
    channel: MidiChannel = 1
    keys: dict[Key, NotesKey] = Field(default_factory=dict)
    lamps: dict[LampName, NotesLamp] = Field(default_factory=dict)
    buzzer: MidiControl | None = None
    doors: dict[Name, MidiControl] = Field(default_factory=dict)
    ask_state: MidiControl | None = None
    greeting: tuple[SysEx, ...] = ()


class PinLevel(StrEnum):
    """The level of a pin or contact."""

    HIGH = "high"
    LOW = "low"


class Pull(StrEnum):
    """Which of the Pi's own resistors holds an input that nothing drives."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


def _pin_alone(value: object) -> object:
    return {"pin": value} if type(value) is int else value


class GpioOutput(Section):
    """An output pin, by its BCM number, and the level that switches it on.

    A whole number is a short form for that pin.
    """

    pin: PinNumber
    on: PinLevel = PinLevel.HIGH

    _short = model_validator(mode="before")(_pin_alone)


class GpioSwitch(Section):
    """A contact on an input pin: a door's switch, a key, a latch's feedback.

    `closed` is the level while the contact is closed; a change counts once it has lasted for
    `debounce_ms`. A whole number is a short form for that pin.
    """

    pin: PinNumber
    pull: Pull = Pull.UP
    closed: PinLevel = PinLevel.LOW
    debounce_ms: int = Field(default=25, ge=1, le=1000)

    _short = model_validator(mode="before")(_pin_alone)


class GpioLatch(Section):
    """A latch on a pin, pulsed by the guard. `feedback` is closed while the latch is locked.

    A whole number is a short form for that pin.
    """

    pin: PinNumber
    on: PinLevel = PinLevel.HIGH
    pulse_ms: PulseMs = PULSE_DEFAULT_MS
    feedback: GpioSwitch | None = None

    _short = model_validator(mode="before")(_pin_alone)


class GpioMatrix(Section):
    """A matrix keypad: rows are driven, columns are read.

    `layout` has one text per row with one word per column: a key's name, or - for none.
    """

    rows: tuple[PinNumber, ...]
    columns: tuple[PinNumber, ...]
    layout: tuple[Text, ...]
    debounce_ms: int = Field(default=20, ge=5, le=1000)

    @model_validator(mode="after")
    def _layout_fits(self) -> Self:
        if len(self.layout) != len(self.rows):
            raise ValueError(
                f"has {len(self.rows)} rows and {len(self.layout)} lines in its layout; "
                "write one text for each row"
            )
        for line in self.layout:
            words = line.split()
            if len(words) != len(self.columns):
                raise ValueError(
                    f"has {len(self.columns)} columns, but the layout's line '{line}' has "
                    f"{len(words)} words; write a key or - for each column"
                )
            for word in words:
                if word != "-" and word not in set(Key):
                    raise ValueError(
                        f"has '{word}' in its layout, which is no key; the keys: "
                        f"{', '.join(Key)}, and - for none"
                    )
        return self

    @property
    def keys(self) -> dict[tuple[int, int], Key]:
        """The key at each (row, column), both counted from 0."""
        return {
            (row, column): Key(word)
            for row, line in enumerate(self.layout)
            for column, word in enumerate(line.split())
            if word != "-"
        }


class GpioDevice(DeviceSection):
    """Parts on the Pi's own pins."""

    kind: Literal["gpio"]
    name: Name
    enabled: bool = True
    latches: dict[Name, GpioLatch] = Field(default_factory=dict)
    doors: dict[Name, GpioSwitch] = Field(default_factory=dict)
    lamps: dict[LampName, GpioOutput] = Field(default_factory=dict)
    buzzer: GpioOutput | None = None
    keys: dict[Key, GpioSwitch] = Field(default_factory=dict)
    matrix: GpioMatrix | None = None

    @property
    def port(self) -> str:
        """The identity of its port: the Pi's own header."""
        return "GPIO"

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""
        return frozenset({*self.keys, *(self.matrix.keys.values() if self.matrix else ())})


def _number_alone(value: object) -> object:
    return {"number": value} if type(value) is int else value


class ArduinoLatch(Section):
    """A latch of an Arduino, by its number there. A whole number is a short form for it."""

    number: ArduinoNumber
    pulse_ms: PulseMs = PULSE_DEFAULT_MS

    _short = model_validator(mode="before")(_number_alone)


class ArduinoDoor(Section):
    """A door switch of an Arduino, by its number; `closed` is its level while the door is closed.

    A whole number is a short form for it.
    """

    number: ArduinoNumber
    closed: PinLevel = PinLevel.LOW

    _short = model_validator(mode="before")(_number_alone)


class ArduinoDevice(DeviceSection):
    """An Arduino on a serial line with boxd's firmware, identified by its line and board number."""

    kind: Literal["arduino"]
    name: Name
    port: SerialPath
    board: int = Field(default=1, ge=0, le=254)
    enabled: bool = True
    latches: dict[Name, ArduinoLatch] = Field(default_factory=dict)
    doors: dict[Name, ArduinoDoor] = Field(default_factory=dict)
    lamps: dict[LampName, ArduinoNumber] = Field(default_factory=dict)
    buzzer: bool = False


Device = Annotated[
    CodetvDevice | NotesDevice | GpioDevice | ArduinoDevice, Field(discriminator="kind")
]
