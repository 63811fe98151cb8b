"""Any class-compliant MIDI device, with a map of its notes and controls."""

from __future__ import annotations

import mido

from boxd.devices import DoorState, Key, LampName
from boxd.midi.device_profile import BoardDoor, BoardKey, BoardTap, Heard, IgnoredMessage
from boxd.midi.sections import MidiControl, NotesDevice, NotesKey


def encode(channel: int, control: MidiControl, on: bool) -> mido.Message:
    """The message that sets a note or controller to its value for on or off.

    `channel` (1..16) is the device's. An off note is sent as a note-on with the value for off: 0
    is a note-off to every device, and pads that colour their lights by velocity may need another.
    """
    value = control.on if on else control.off
    at = (control.channel or channel) - 1
    if control.note is not None:
        return mido.Message("note_on", channel=at, note=control.note, velocity=value)
    if isinstance(control, NotesKey) and control.program is not None:
        return mido.Message("program_change", channel=at, program=control.program)
    return mido.Message("control_change", channel=at, control=control.control, value=value)


def switched(channel: int, control: MidiControl, message: mido.Message) -> bool | None:
    """Whether `message` switches `control` on (True) or off (False); None if it is about another.

    A note counts as on at any velocity, because pads measure how hard they are hit; a controller
    only at exactly its values for on and off, unless its value says that, too.
    """
    at = (control.channel or channel) - 1
    match message.type:
        case "note_on" | "note_off" if (message.channel, message.note) == (at, control.note):
            sounds = message.type == "note_on" and message.velocity > 0
            return bool(sounds == (control.on > 0))
        case "control_change" if (message.channel, message.control) == (at, control.control):
            if isinstance(control, NotesKey) and control.pressure:
                return bool(message.value > 0)
            known = message.value in (control.on, control.off)
            return bool(message.value == control.on) if known else None
    return None


def _is_program(channel: int, control: NotesKey, message: mido.Message) -> bool:
    at = (control.channel or channel) - 1
    is_program = message.type == "program_change"
    return is_program and (message.channel, message.program) == (at, control.program)


def _is_digit(name: str) -> bool:
    return isinstance(name, Key) and name.is_digit


def _is_same_number(control: MidiControl, message: mido.Message) -> bool:
    if message.type in ("note_on", "note_off", "polytouch"):
        return bool(message.note == control.note)
    if message.type == "program_change":
        return isinstance(control, NotesKey) and bool(message.program == control.program)
    return message.type == "control_change" and bool(message.control == control.control)


def _difference(channel: int, control: MidiControl, message: mido.Message) -> str:
    configured = control.channel or channel
    if message.channel + 1 != configured:
        return f"on channel {message.channel + 1}, and channel {configured} is configured"
    if message.type == "control_change":
        return f"with a value that is neither on ({control.on}) nor off ({control.off})"
    return "how hard it is held says nothing here"


class NotesProfile:
    """A device of notes and controls, as its configuration maps them. It has no latch."""

    unlock = None
    pulse_s = 0.0
    restart = None
    restart_s = 0.0
    echoes = False  # some do, and then only what lights them: see boxd.midi.echoes
    one_scan_s = 0.0  # every pad is a key by itself

    def __init__(self, device: NotesDevice) -> None:
        self._device = device
        self.lamps = tuple(device.lamps)
        self.doors = tuple(device.doors)

    @property
    def greeting(self) -> tuple[mido.Message, ...]:
        """The configured messages, and the one that asks for the state of the doors."""
        ask = self._device.ask_state
        asking = () if ask is None else (encode(self._device.channel, ask, True),)
        return (*map(mido.Message.from_hex, self._device.greeting), *asking)

    def decode(self, message: mido.Message) -> Heard:
        """The key or door that the message is mapped to, or why it is none."""
        channel = self._device.channel
        for key, control in self._device.keys.items():
            touched = switched(channel, control, message)
            if touched is not None:
                return BoardTap(key) if control.taps else BoardKey(key, touched, control.pressure)
            if control.program is not None and _is_program(self._device.channel, control, message):
                return BoardTap(key)
        for door, switch in self._device.doors.items():
            is_open = switched(channel, switch, message)
            if is_open is not None:
                return BoardDoor(door, DoorState.OPEN if is_open else DoorState.CLOSED)
        return self._ignored(message)

    def _ignored(self, message: mido.Message) -> IgnoredMessage:
        """What is not right about a message that comes near to a key or door, or to none."""
        controls = (*self._device.keys.items(), *self._device.doors.items())
        near = [(name, each) for name, each in controls if _is_same_number(each, message)]
        for name, control in sorted(near, key=lambda each: not _is_digit(each[0])):
            whose = "a digit's" if _is_digit(name) else f"that of {name}"
            why = f"{whose}, but {_difference(self._device.channel, control, message)}"
            return IgnoredMessage(why, _is_digit(name))
        if message.type in ("note_on", "note_off", "control_change"):
            return IgnoredMessage("no key and no door has this number")
        if message.type == "program_change":
            return IgnoredMessage("no key has this program")
        return IgnoredMessage("keys and doors are notes, controls or programs")

    def lamp(self, lamp: LampName, lit: bool) -> tuple[mido.Message, ...]:
        """Light everything that belongs to a mapped lamp, or put it out."""
        controls = self._device.lamps[lamp].controls
        return tuple(encode(self._device.channel, control, lit) for control in controls)

    def buzzer(self, milliseconds: int) -> tuple[mido.Message | None, mido.Message | None]:
        """The messages that begin and end a sound; None if no buzzer is mapped."""
        control, channel = self._device.buzzer, self._device.channel
        if control is None:
            return None, None
        return encode(channel, control, True), encode(channel, control, False)
