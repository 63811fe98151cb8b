"""100,000 messages of noise, from a fixed seed, go through stream and codecs without harm."""

from __future__ import annotations

import json
import random
import tracemalloc
from pathlib import Path

from boxd.devices import Key
from boxd.midi import codetv
from boxd.midi.device_profile import BoardDoor, BoardKey
from boxd.midi.notes import NotesProfile
from boxd.midi.sections import MidiControl, NotesDevice, NotesKey
from boxd.midi.stream import SYSEX_LIMIT_BYTES, MidiStream

SEED = 20261121
MESSAGES = 100_000
LONGEST_BYTES = 3 * SYSEX_LIMIT_BYTES

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "codetv-board.json").read_text())
KNOWN = [bytes.fromhex(vector["bytes"]) for part in VECTORS.values() if isinstance(part, list)
         for vector in part]  # fmt: skip
KEYS = {bytes.fromhex(vector["bytes"]) for vector in VECTORS["to_host"]}


def noise(random_: random.Random) -> bytes:
    """A message that is right, nearly right, or nothing at all."""
    message = bytearray(random_.choice(KNOWN))
    match random_.randrange(6):
        case 0:
            return bytes(message)
        case 1:
            message[random_.randrange(len(message))] = random_.randrange(256)
        case 2:
            del message[random_.randrange(len(message))]
        case 3:
            message.insert(random_.randrange(len(message) + 1), random_.randrange(256))
        case 4:
            return random_.randbytes(random_.randrange(12))
        case _:
            return b"\xf0" + bytes(random_.randrange(128) for _ in range(random_.randrange(90)))
    return bytes(message)


def cut(data: bytes, random_: random.Random) -> list[bytes]:
    """The same bytes in pieces of one to 40."""
    pieces = []
    while data:
        length = random_.randint(1, 40)
        pieces.append(data[:length])
        data = data[length:]
    return pieces


def test_noise_raises_nothing_and_types_only_what_was_a_whole_key_message() -> None:
    random_ = random.Random(SEED)
    sent = b"".join(noise(random_) for _ in range(MESSAGES))
    stream = MidiStream()
    messages = [message for piece in cut(sent, random_) for message in stream.feed(piece)]

    keys = [message for message in messages if isinstance(codetv.decode(message), BoardKey)]

    assert {
        bytes(key.bin()) for key in keys
    } == KEYS  # all of them come through, and nothing else does
    assert max(len(message) for message in messages) <= SYSEX_LIMIT_BYTES
    assert stream.dropped > 0
    without_realtime = bytes(byte for byte in sent if byte < 0xF8)
    assert len(keys) == sum(without_realtime.count(key) for key in KEYS)


def test_noise_moves_only_what_a_pads_map_names() -> None:
    random_ = random.Random(SEED)
    device = NotesDevice(
        kind="notes",
        name="pad",
        port="Pad",
        channel=3,
        keys={Key.ENTER: NotesKey(note=60)},
        doors={"door-1": MidiControl(control=20)},
    )
    profile, stream = NotesProfile(device), MidiStream()
    moved = 0
    for _ in range(MESSAGES):
        for message in stream.feed(random_.randbytes(random_.randrange(6))):
            heard = profile.decode(message)
            if isinstance(heard, BoardKey):
                assert message.bytes()[0] in (0x92, 0x82)
                assert message.note == 60
            elif isinstance(heard, BoardDoor):
                assert bytes(message.bin()) in (b"\xb2\x14\x7f", b"\xb2\x14\x00")
            moved += isinstance(heard, BoardKey | BoardDoor)
    assert moved > 0


def test_memory_stays_bounded_by_one_message_under_an_endless_sysex() -> None:
    stream = MidiStream()
    stream.feed(b"\xf0")
    tracemalloc.start()
    for _ in range(100):
        assert stream.feed(b"\x01" * 1000) == []
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 10_000
