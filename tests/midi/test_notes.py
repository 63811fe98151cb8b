"""A pad controller's notes and controls are keys, doors and lamps as its map says."""

from __future__ import annotations

import mido
import pytest

from boxd.devices import DoorState, Key, LampName
from boxd.midi.device_profile import BoardDoor, BoardKey, BoardTap, Heard, IgnoredMessage
from boxd.midi.notes import NotesProfile
from boxd.midi.sections import MidiControl, NotesDevice, NotesKey, NotesLamp

PAD = NotesDevice(
    kind="notes",
    name="pad",
    port="Pad",
    channel=2,
    keys={
        Key.ENTER: NotesKey(note=60),
        Key.CANCEL: NotesKey(control=30, on=100, off=1),
        Key.DIGIT_1: NotesKey(control=40, taps=True),
        Key.DIGIT_2: NotesKey(note=60, channel=10),
    },
    lamps={
        LampName.STANDBY: NotesLamp(note=(60,), on=21),
        LampName.FAILURE: NotesLamp(control=(31,), on=5, off=4),
        LampName.SUCCESS: NotesLamp(note=(70, 71), on=60, off=12, channel=7),
    },
    buzzer=MidiControl(note=99),
    doors={"door-1": MidiControl(note=61), "door-2": MidiControl(note=62, on=0, off=127)},
    ask_state=MidiControl(control=119),
)
PROFILE = NotesProfile(PAD)


def message(kind: str, **values: int) -> mido.Message:
    return mido.Message(kind, **({"channel": 1} | values))


TOUCHED, RELEASED = BoardKey(Key.ENTER, True), BoardKey(Key.ENTER, False)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (message("note_on", note=60, velocity=1), TOUCHED),
        (message("note_on", note=60, velocity=127), TOUCHED),
        (message("note_on", note=60, velocity=0), RELEASED),
        (message("note_off", note=60, velocity=64), RELEASED),
        (message("control_change", control=30, value=100), BoardKey(Key.CANCEL, True)),
        (message("control_change", control=30, value=1), BoardKey(Key.CANCEL, False)),
        (message("control_change", control=40, value=127), BoardTap(Key.DIGIT_1)),
        (message("control_change", control=40, value=0), BoardTap(Key.DIGIT_1)),
        (message("note_on", note=60, velocity=1, channel=9), BoardKey(Key.DIGIT_2, True)),
        (message("note_on", note=61, velocity=9), BoardDoor("door-1", DoorState.OPEN)),
        (message("note_off", note=61), BoardDoor("door-1", DoorState.CLOSED)),
        (message("note_on", note=62, velocity=9), BoardDoor("door-2", DoorState.CLOSED)),
        (message("note_off", note=62), BoardDoor("door-2", DoorState.OPEN)),
    ],
    ids=str,
)
def test_reads_keys_and_doors(heard: mido.Message, expected: Heard) -> None:
    assert PROFILE.decode(heard) == expected


@pytest.mark.parametrize(
    "heard",
    [
        message("note_on", note=60, channel=0),
        message("note_on", note=59),
        message("control_change", control=30, value=50),
        message("control_change", control=60, value=127),
        message("polytouch", note=60, value=9),
        mido.Message.from_hex("f07d0501f7"),
        mido.Message("clock"),
    ],
    ids=str,
)
def test_ignores_what_the_map_does_not_name(heard: mido.Message) -> None:
    assert isinstance(PROFILE.decode(heard), IgnoredMessage)


def test_writes_lamps_buzzer_and_question_on_the_devices_channel() -> None:
    assert PROFILE.lamp(LampName.STANDBY, True) == (message("note_on", note=60, velocity=21),)
    assert PROFILE.lamp(LampName.STANDBY, False) == (message("note_on", note=60, velocity=0),)
    assert PROFILE.lamp(LampName.FAILURE, True) == (message("control_change", control=31, value=5),)
    assert PROFILE.lamp(LampName.FAILURE, False) == (
        message("control_change", control=31, value=4),
    )
    assert PROFILE.buzzer(50) == (
        message("note_on", note=99, velocity=127),
        message("note_on", note=99, velocity=0),
    )
    assert PROFILE.greeting == (message("control_change", control=119, value=127),)


def test_a_lamp_may_be_several_lights_on_a_channel_of_their_own() -> None:
    lit, out = (PROFILE.lamp(LampName.SUCCESS, lit) for lit in (True, False))

    assert lit == tuple(message("note_on", note=n, velocity=60, channel=6) for n in (70, 71))
    assert out == tuple(message("note_on", note=n, velocity=12, channel=6) for n in (70, 71))


def test_has_no_latch_since_nothing_bounds_a_pulse() -> None:
    assert PROFILE.unlock is None


@pytest.mark.parametrize(
    ("heard", "is_of_a_digit", "why"),
    [
        (message("control_change", control=60, value=1), False, "no key and no door"),
        (message("note_on", note=60, channel=0), True, "a digit's, but on channel 1, and channel"),
        (
            message("control_change", control=30, value=50),
            False,
            "that of Cancel, but with a value",
        ),
        (mido.Message("program_change", program=3), False, "no key has this program"),
    ],
    ids=str,
)
def test_what_is_ignored_is_told_with_the_difference_but_never_which_digit(
    heard: mido.Message, is_of_a_digit: bool, why: str
) -> None:
    ignored = PROFILE.decode(heard)
    assert isinstance(ignored, IgnoredMessage)
    assert why in ignored.why
    assert ignored.is_of_a_digit is is_of_a_digit
