"""A pad controller's notes and controls are keys, doors and lamps as its map says."""

from __future__ import annotations

import mido
import pytest

from boxd.config.device_schema import MidiControl, NotesDevice
from boxd.devices import DoorState, Key, LampName
from boxd.midi.notes import NotesProfile
from boxd.midi.profile import BoardDoor, BoardKey, Heard, Ignored

PAD = NotesDevice(
    kind="notes",
    name="pad",
    port="Pad",
    channel=2,
    keys={Key.ENTER: MidiControl(note=60), Key.CANCEL: MidiControl(control=30, on=100, off=1)},
    lamps={
        LampName.STANDBY: MidiControl(note=60, on=21),
        LampName.FAILURE: MidiControl(control=31, on=5, off=4),
    },
    buzzer=MidiControl(note=99),
    doors={"door-1": MidiControl(note=61), "door-2": MidiControl(note=62, on=0, off=127)},
    ask_state=MidiControl(control=119),
)
PROFILE = NotesProfile(PAD)


def message(kind: str, **values: int) -> bytes:
    return bytes(mido.Message(kind, **({"channel": 1} | values)).bin())


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
        (message("note_on", note=61, velocity=9), BoardDoor("door-1", DoorState.OPEN)),
        (message("note_off", note=61), BoardDoor("door-1", DoorState.CLOSED)),
        (message("note_on", note=62, velocity=9), BoardDoor("door-2", DoorState.CLOSED)),
        (message("note_off", note=62), BoardDoor("door-2", DoorState.OPEN)),
    ],
    ids=str,
)
def test_reads_keys_and_doors(heard: bytes, expected: Heard) -> None:
    assert PROFILE.decode(heard) == expected


@pytest.mark.parametrize(
    "heard",
    [
        message("note_on", note=60, channel=0),
        message("note_on", note=59),
        message("control_change", control=30, value=50),
        message("control_change", control=60, value=127),
        message("polytouch", note=60, value=9),
        bytes.fromhex("f07d0501f7"),
        b"\x91\x3c",
        b"",
    ],
    ids=bytes.hex,
)
def test_ignores_what_the_map_does_not_name(heard: bytes) -> None:
    assert isinstance(PROFILE.decode(heard), Ignored)


def test_writes_lamps_buzzer_and_question_on_the_devices_channel() -> None:
    assert PROFILE.lamp(LampName.STANDBY, True) == message("note_on", note=60, velocity=21)
    assert PROFILE.lamp(LampName.STANDBY, False) == message("note_on", note=60, velocity=0)
    assert PROFILE.lamp(LampName.FAILURE, True) == message("control_change", control=31, value=5)
    assert PROFILE.lamp(LampName.FAILURE, False) == message("control_change", control=31, value=4)
    assert PROFILE.buzzer(50) == (
        message("note_on", note=99, velocity=127),
        message("note_on", note=99, velocity=0),
    )
    assert PROFILE.greeting == (message("control_change", control=119, value=127),)


def test_has_no_latch_since_nothing_bounds_a_pulse() -> None:
    assert PROFILE.unlock is None
