"""Bytes become frames and messages and back, wherever they are cut and whatever stands between."""

from __future__ import annotations

import random

import pytest

from boxd.arduino.frames import (
    LONGEST_BODY,
    LONGEST_ENCODED,
    BadFrame,
    Frame,
    FrameStream,
    cobs,
    crc,
    parse_frame,
    uncobs,
)
from boxd.arduino.messages import (
    AllOff,
    BuzzerCommand,
    DoorLevels,
    DoorMoved,
    Hello,
    Lamps,
    Message,
    Ping,
    Pong,
    PulseCommand,
    ReadDoors,
    ReplyMessage,
    ResultCode,
    Subscribe,
    Subscribed,
    Unreadable,
    Welcome,
    frame_of,
    message_of,
)

SEED = 20261121
MESSAGES: list[Message] = [
    Hello(),
    PulseCommand(3, 150),
    Lamps(0b111, 0b010),
    BuzzerCommand(5000),
    ReadDoors(),
    Subscribe(1),
    Ping(),
    AllOff(),
    Welcome(0, 1, 1, 2, 3, 7, 6, 6, 3, 1, 500, 1000, 0xFFFFFFFF, 12),
    DoorLevels(0, 65535, 0b00111111),
    Subscribed(0, 0, 0),
    Pong(0, 258, 0b101, 0b010, 0b1, 9, 1),
    DoorMoved(17, 6, 1, 0b00100000),
    ReplyMessage(PulseCommand.KIND, ResultCode.BUSY),
]
FRAME = frame_of(PulseCommand(3, 150), 0x01020304, 7)


def test_checksum_is_the_one_of_the_catalogue() -> None:
    assert crc(b"123456789") == 0x6F91


def test_pulse_looks_like_this_on_the_line() -> None:
    assert FRAME.to_bytes().hex(" ") == "00 07 02 04 03 02 01 07 01 01 03 03 96 03 12 c8 00"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_was_said_is_what_is_heard(message: Message) -> None:
    frame = frame_of(message, 0xDEADBEEF, 41)

    heard = FrameStream().feed(frame.to_bytes())

    assert heard == [frame]
    assert message_of(heard[0]) == message


def test_command_is_refused_by_its_result_alone() -> None:
    refusal = Frame(Ping.KIND | 0x80, 1, 1, bytes([ResultCode.STALE_BOOT]))

    assert message_of(refusal) == ReplyMessage(Ping.KIND, ResultCode.STALE_BOOT)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (Frame(0x77, 1, 1), Unreadable(0x77, is_known=False)),
        (Frame(PulseCommand.KIND, 1, 1, b"\x01"), Unreadable(PulseCommand.KIND, is_known=True)),
        (
            Frame(PulseCommand.KIND | 0x80, 1, 1, b""),
            Unreadable(PulseCommand.KIND | 0x80, is_known=True),
        ),
        (Frame(DoorMoved.KIND, 1, 0, b"\0"), Unreadable(DoorMoved.KIND, is_known=True)),
    ],
)
def test_payload_of_another_length_is_not_read(frame: Frame, expected: Unreadable) -> None:
    assert message_of(frame) == expected


@pytest.mark.parametrize(
    "message", [PulseCommand(256, 100), PulseCommand(1, 65536), BuzzerCommand(-1), Lamps(-1, 0)]
)
def test_value_that_does_not_fit_is_not_sent(message: Message) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        frame_of(message, 1, 1)


@pytest.mark.parametrize("body", ["", "00", "0000", "11", "112200", "00ff00", "0102030405"])
def test_body_goes_over_the_line_without_a_zero(body: str) -> None:
    encoded = cobs(bytes.fromhex(body))

    assert 0 not in encoded
    assert uncobs(encoded) == bytes.fromhex(body)


@pytest.mark.parametrize("encoded", ["05", "0301", "00", "020002", "ff01"])
def test_broken_encoding_is_no_frame(encoded: str) -> None:
    with pytest.raises(BadFrame):
        uncobs(bytes.fromhex(encoded))


def test_frames_are_found_one_byte_at_a_time() -> None:
    stream = FrameStream()
    data = FRAME.to_bytes() * 3

    heard = [frame for byte in data for frame in stream.feed(bytes([byte]))]

    assert heard == [FRAME] * 3
    assert stream.dropped == 0


@pytest.mark.parametrize("noise", [b"\xff", b"AT\r\nOK\r\n", bytes(7), b"\x11" * 10_000])
def test_noise_before_a_frame_costs_nothing_but_itself(noise: bytes) -> None:
    stream = FrameStream()

    heard = stream.feed(noise + FRAME.to_bytes())

    assert heard == [FRAME]
    assert stream.dropped == (1 if any(noise) else 0)


@pytest.mark.parametrize("cut", range(1, len(FRAME.to_bytes()) - 1))
def test_frame_cut_anywhere_is_dropped_and_the_next_one_heard(cut: int) -> None:
    stream = FrameStream()

    heard = stream.feed(FRAME.to_bytes()[:cut] + FRAME.to_bytes())

    assert heard == [FRAME]


def test_frame_with_one_wrong_bit_is_never_heard() -> None:
    encoded = cobs(FRAME.body)
    for bit in range(len(encoded) * 8):
        changed = bytearray(encoded)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadFrame):
            parse_frame(bytes(changed))


def test_body_of_forty_bytes_is_heard_and_one_of_more_is_not() -> None:
    longest = Frame(0x77, 1, 1, bytes(LONGEST_BODY - 11))
    longer = Frame(0x77, 1, 1, bytes(LONGEST_BODY - 10))

    assert len(cobs(longest.body)) == LONGEST_ENCODED
    assert FrameStream().feed(longest.to_bytes()) == [longest]
    assert FrameStream().feed(longer.to_bytes()) == []


def test_100_000_pieces_of_noise_hide_no_frame_and_make_none_up() -> None:
    random_ = random.Random(SEED)
    known = [frame_of(message, 0xA0B0C0D0, 9) for message in MESSAGES]
    stream = FrameStream()
    sent: list[Frame] = []
    heard: list[Frame] = []
    for _ in range(100_000):
        frame = random_.choice(known)
        data = bytearray(frame.to_bytes())
        match random_.randrange(5):
            case 0:
                sent.append(frame)
            case 1:
                del data[random_.randrange(1, len(data) - 1)]
            case 2:
                data[random_.randrange(1, len(data) - 1)] ^= 1 << random_.randrange(8)
            case 3:
                data = bytearray(random_.randbytes(random_.randrange(60)))
            case _:
                del data[random_.randrange(1, len(data) - 1) :]
        if random_.randrange(3):
            heard += stream.feed(bytes(data))
        else:
            heard += [each for byte in data for each in stream.feed(bytes([byte]))]

    assert heard == sent
    assert stream.dropped > 0
    for frame in heard:
        message_of(frame)
