"""What every board that speaks boxd's Arduino protocol has to do, whoever made it.

One list of cases, `CASES`. Each gets a board that has just been switched on, with its doors shut
(level 0) and board id 1, and a host on its line that has not said hello. A board under test is
whatever has the methods of `Board`: the firmware in simavr, the simulation's twin, or yours.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import serial

from boxd.arduino.frames import Frame, FrameStream
from tests.arduino.document import Happening, Spoken, worked_example
from tests.arduino.talking import (
    ALL_OFF,
    BAD_ARGUMENT,
    BAD_LENGTH,
    BAD_VERSION,
    BUSY,
    BUZZER,
    DOOR,
    HELLO,
    LAMPS,
    OK,
    PING,
    PULSE,
    READ_DOORS,
    REPLY,
    STALE_BOOT,
    STALE_ID,
    SUBSCRIBE,
    UNKNOWN_TYPE,
    Host,
)

BOARD_ID = 1
SILENCE_S = 1.0
DEBOUNCE_S = 0.025
SOON_S = 2.0  # a deadline for what should happen at once, on a machine with other things to do
LATE_S = 0.03  # how much later than in a board's own time something may be seen to happen


@dataclass(frozen=True)
class Edge:
    """An output changed: `latch-1`, `lamp-1` or `buzzer`; the time is the board's own."""

    pin: str
    level: int
    at_s: float


class Board(Protocol):
    """A board under test, of layout six: latches, doors 1 to 6, lamps 1 to 3, a buzzer."""

    def open(self) -> serial.Serial:
        """Open its line."""

    def edges(self) -> Sequence[Edge]:
        """Every change of an output since it was made, in order."""

    def set_door(self, door: int, level: int) -> None:
        """Put a level at the contact of a door, counted from 1."""

    def reset(self) -> None:
        """Press its reset button; the line stays open."""

    def restart(self, board_id: int | None) -> serial.Serial:
        """Switch it off and on with another id, or with none; returns its line, opened again."""

    def hurry(self, in_a_hurry: bool) -> None:
        """Let its time run faster than the clock from now on, if it can."""


@dataclass(frozen=True)
class Case:
    """One thing that has to hold; `check` raises AssertionError when it does not."""

    name: str
    check: Callable[[Board, Host], None]


CASES: list[Case] = []


def case(check: Callable[[Board, Host], None]) -> Callable[[Board, Host], None]:
    """Put a check into the list, under its name."""
    CASES.append(Case(check.__name__, check))
    return check


# ---- hello


@case
def hello_tells_what_the_board_is(_: Board, host: Host) -> None:
    reply = host.greet()
    assert reply.id == 0
    assert reply.nonce != 0
    assert reply.payload[:2] == bytes([OK, 1])
    board_id, latches, doors, lamps, buzzer = reply.payload[5:10]
    assert (board_id, latches, doors, lamps, buzzer) == (BOARD_ID, 6, 6, 3, 1)
    assert reply.payload[10:18] == bytes.fromhex("f401 e803 00000000")
    assert len(reply.payload) == 20


@case
def hello_of_another_version_is_answered_in_full_and_refused(_: Board, host: Host) -> None:
    host.greet()
    for payload in (b"\x02", b"\x00", b"\xff", b"\x02more"):
        reply = host.order(HELLO, payload, nonce=0, number=0)
        assert reply.payload[:2] == bytes([BAD_VERSION, 1])
        assert len(reply.payload) == 20


@case
def hello_of_a_wrong_length_is_refused(_: Board, host: Host) -> None:
    host.greet()
    for payload in (b"", b"\x01\x00"):
        assert host.result(HELLO, payload, nonce=0, number=0) == BAD_LENGTH


@case
def hello_counts_as_no_command(_: Board, host: Host) -> None:
    host.greet()
    assert host.result(PING, number=7) == OK
    for _again in range(3):
        reply = host.greet()
        assert reply.nonce == host.nonce
        assert host.next_id == 8
    assert host.result(PING) == OK


@case
def board_id_is_kept_without_power_and_255_means_none(board: Board, host: Host) -> None:
    assert host.greet().payload[5] == BOARD_ID
    assert Host(board.restart(77)).greet().payload[5] == 77
    assert Host(board.restart(None)).greet().payload[5] == 255


# ---- commands and their arguments

ARGUMENTS = [
    (PULSE, "01 0a00", OK),
    (PULSE, "02 f401", OK),
    (PULSE, "06 3200", OK),
    (PULSE, "00 3200", BAD_ARGUMENT),
    (PULSE, "07 3200", BAD_ARGUMENT),
    (PULSE, "ff 3200", BAD_ARGUMENT),
    (PULSE, "03 0000", BAD_ARGUMENT),
    (PULSE, "03 0900", BAD_ARGUMENT),
    (PULSE, "03 f501", BAD_ARGUMENT),
    (PULSE, "03 ffff", BAD_ARGUMENT),
    (PULSE, "03 32", BAD_LENGTH),
    (PULSE, "03 3200 00", BAD_LENGTH),
    (PULSE, "", BAD_LENGTH),
    (LAMPS, "00 00", OK),
    (LAMPS, "07 05", OK),
    (LAMPS, "01 ff", OK),
    (LAMPS, "08 00", BAD_ARGUMENT),
    (LAMPS, "ff ff", BAD_ARGUMENT),
    (LAMPS, "07", BAD_LENGTH),
    (LAMPS, "07 07 07", BAD_LENGTH),
    (BUZZER, "0000", OK),
    (BUZZER, "0100", OK),
    (BUZZER, "8813", OK),
    (BUZZER, "8913", BAD_ARGUMENT),
    (BUZZER, "ffff", BAD_ARGUMENT),
    (BUZZER, "01", BAD_LENGTH),
    (READ_DOORS, "", OK),
    (READ_DOORS, "00", BAD_LENGTH),
    (SUBSCRIBE, "01", OK),
    (SUBSCRIBE, "00", OK),
    (SUBSCRIBE, "02", BAD_ARGUMENT),
    (SUBSCRIBE, "", BAD_LENGTH),
    (PING, "", OK),
    (PING, "00" * 29, BAD_LENGTH),
    (ALL_OFF, "", OK),
    (ALL_OFF, "01", BAD_LENGTH),
    (0x00, "", UNKNOWN_TYPE),
    (0x09, "", UNKNOWN_TYPE),
    (0x40, "0100010000", UNKNOWN_TYPE),
    (0x7E, "", UNKNOWN_TYPE),
]
LENGTH_WHEN_OK = {PULSE: 1, LAMPS: 1, BUZZER: 1, READ_DOORS: 4, SUBSCRIBE: 4, PING: 9, ALL_OFF: 1}


@case
def every_command_takes_good_arguments_and_refuses_bad_ones(_: Board, host: Host) -> None:
    host.greet()
    for kind, payload, result in ARGUMENTS:
        reply = host.order(kind, bytes.fromhex(payload))
        assert reply.payload[0] == result, f"{kind:#04x} {payload}"
        length = LENGTH_WHEN_OK[kind] if result == OK else 1
        assert len(reply.payload) == length, f"{kind:#04x} {payload}"
        assert reply.nonce == host.nonce


@case
def pulse_that_is_refused_moves_nothing(board: Board, host: Host) -> None:
    host.greet()
    for latch, ms in ((0, 50), (7, 50), (1, 9), (1, 501), (1, 65535)):
        assert host.pulse(latch, ms) == BAD_ARGUMENT
    host.stay(0.1)
    assert not _latch_edges(board)


@case
def pulse_energises_its_latch_alone_for_as_long_as_ordered(board: Board, host: Host) -> None:
    host.greet()
    for latch, ms in ((1, 10), (6, 100)):
        assert host.pulse(latch, ms) == OK
        _wait(host, lambda latch=latch: len(_edges(board, f"latch-{latch}")) == 2)
        on, off = _edges(board, f"latch-{latch}")
        assert (on.level, off.level) == (1, 0)
        assert abs(off.at_s - on.at_s - ms / 1000) < LATE_S
    assert len(_latch_edges(board)) == 4


@case
def two_latches_are_pulsed_at_once(board: Board, host: Host) -> None:
    host.greet()
    assert host.pulse(2, 200) == OK
    assert host.pulse(5, 200) == OK
    assert _ping(host).latches == 0b010010
    _wait(host, lambda: len(_latch_edges(board)) == 4)
    assert [e.level for e in _latch_edges(board)] == [1, 1, 0, 0]


@case
def latch_that_is_energised_refuses_another_pulse(board: Board, host: Host) -> None:
    host.greet()
    assert host.pulse(1, 300) == OK
    assert host.pulse(1, 10) == BUSY
    assert host.pulse(2, 10) == OK
    _wait(host, lambda: len(_edges(board, "latch-1")) == 2)
    on, off = _edges(board, "latch-1")
    assert abs(off.at_s - on.at_s - 0.3) < LATE_S
    assert host.pulse(1, 10) == OK


@case
def lamps_change_where_the_mask_says(board: Board, host: Host) -> None:
    host.greet()
    assert host.result(LAMPS, b"\x07\x05") == OK
    assert _ping(host).lamps == 0b101
    assert host.result(LAMPS, b"\x03\xfe") == OK
    assert _ping(host).lamps == 0b110
    assert host.result(LAMPS, b"\x08\x08") == BAD_ARGUMENT
    assert _ping(host).lamps == 0b110
    _wait(host, lambda: _levels(board, "lamp-1", "lamp-2", "lamp-3") == [0, 1, 1])


@case
def buzzer_sounds_for_as_long_as_ordered_and_the_last_order_counts(
    board: Board, host: Host
) -> None:
    host.greet()
    assert host.result(BUZZER, (5000).to_bytes(2, "little")) == OK
    _wait(host, lambda: _levels(board, "buzzer") == [1])
    assert host.result(BUZZER, (80).to_bytes(2, "little")) == OK
    _wait(host, lambda: _levels(board, "buzzer") == [0])
    assert host.result(BUZZER, (5000).to_bytes(2, "little")) == OK
    _wait(host, lambda: _levels(board, "buzzer") == [1])
    assert host.result(BUZZER, b"\0\0") == OK
    _wait(host, lambda: _levels(board, "buzzer") == [0])


@case
def all_off_ends_a_pulse_and_puts_everything_out(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    host.order(LAMPS, b"\x07\x07")
    host.order(BUZZER, (5000).to_bytes(2, "little"))
    assert host.pulse(3, 500) == OK
    _wait(host, lambda: _levels(board, "latch-3", "buzzer") == [1, 1])
    assert host.result(ALL_OFF) == OK
    _wait(host, lambda: not _is_anything_on(board))
    on, off = _edges(board, "latch-3")
    assert off.at_s - on.at_s < 0.4
    pong = _ping(host)
    assert (pong.lamps, pong.latches, pong.is_subscribed) == (0, 0, True)


# ---- ids and nonces


@case
def command_that_comes_twice_is_executed_once_and_answered_twice(board: Board, host: Host) -> None:
    host.greet()
    frame = host.frame(PULSE, b"\x04\x14\x00")
    host.port.write(frame.to_bytes())
    first = host.next_frame()
    host.stay(0)
    _wait(host, lambda: len(_edges(board, "latch-4")) == 2, alive=False)
    for _again in range(3):
        host.port.write(frame.to_bytes())
        assert host.next_frame() == first
    host.listen(0.1)
    assert len(_edges(board, "latch-4")) == 2


@case
def refused_command_that_comes_twice_is_refused_alike(_: Board, host: Host) -> None:
    host.greet()
    assert host.pulse(1, 200) == OK
    frame = host.frame(PULSE, b"\x01\x14\x00")
    for _again in range(2):
        host.port.write(frame.to_bytes())
        assert host.next_frame().payload == bytes([BUSY])
    host.stay(0.3)
    assert host.result(PULSE, b"\x01\x14\x00", number=frame.id) == STALE_ID


@case
def old_id_is_refused(board: Board, host: Host) -> None:
    host.greet()
    assert host.result(PING, number=100) == OK
    for number in (0, 1, 99, 100):  # 100 with another body is no repetition
        assert host.pulse(1, 50, number=number) == STALE_ID
    host.next_id = 101
    host.stay(0.1)
    assert not _latch_edges(board)


@case
def ids_may_leave_gaps_and_go_up_to_the_last(_: Board, host: Host) -> None:
    host.greet()
    for number in (5, 0x100, 0x10000, 0x1000000, 0xFFFFFFFE, 0xFFFFFFFF):
        assert host.result(PING, number=number) == OK
    assert host.greet().payload[14:18] == b"\xff\xff\xff\xff"
    assert host.result(PING, number=1) == STALE_ID


@case
def wrong_nonce_is_refused_and_touches_no_id(board: Board, host: Host) -> None:
    host.greet()
    for nonce in (0, host.nonce ^ 1, host.nonce ^ 0x80000000):
        reply = host.order(PULSE, b"\x01\x32\x00", nonce=nonce, number=500)
        assert reply.payload == bytes([STALE_BOOT])
        assert reply.nonce == host.nonce
    assert host.result(PING, number=1) == OK
    host.next_id = 2
    host.stay(0.1)
    assert not _latch_edges(board)


@case
def refused_commands_too_take_their_id(_: Board, host: Host) -> None:
    host.greet()
    for number, (kind, payload) in enumerate(((0x33, b""), (PULSE, b""), (LAMPS, b"\xff\xff")), 1):
        assert host.result(kind, payload, number=number) != OK
        assert host.result(PING, number=number) == STALE_ID


# ---- the line


@case
def bytes_may_come_one_at_a_time(board: Board, host: Host) -> None:
    host.greet()
    frame = host.frame(PULSE, b"\x02\x14\x00")
    for byte in frame.to_bytes():
        host.port.write(bytes([byte]))
        time.sleep(0.004)
    assert host.next_frame().payload == bytes([OK])
    _wait(host, lambda: len(_edges(board, "latch-2")) == 2)


@case
def noise_between_frames_is_cut_off(_: Board, host: Host) -> None:
    host.greet()
    before = _ping(host).bad_frames
    noises = (b"\x55", b"\xff" * 30, b"hello\r\n", b"\xaa" * 300, b"\x01\x02\x03")
    for noise in noises:
        host.port.write(noise)
        assert host.result(PING) == OK
    assert _ping(host).bad_frames == before + len(noises)


@case
def empty_frames_are_nothing(_: Board, host: Host) -> None:
    host.greet()
    before = _ping(host).bad_frames
    host.port.write(bytes(40))
    assert _ping(host).bad_frames == before


@case
def frame_may_be_cut_anywhere(board: Board, host: Host) -> None:
    host.greet()
    whole = host.frame(PULSE, b"\x01\x32\x00", number=0xFFFF0000).to_bytes()
    for end in range(2, len(whole) - 1):
        host.port.write(whole[:end])
        assert host.result(PING) == OK, f"after {end} bytes"
    for begin in range(2, len(whole) - 1):
        host.port.write(whole[begin:])
        assert host.result(PING) == OK, f"from byte {begin} on"
    assert not _latch_edges(board)


@case
def frame_with_any_bit_wrong_is_dropped(board: Board, host: Host) -> None:
    host.greet()
    whole = host.frame(PULSE, b"\x01\x32\x00", number=0xFFFF0000).to_bytes()
    for bit in range(8, 8 * (len(whole) - 1)):
        wrong = bytearray(whole)
        wrong[bit // 8] ^= 1 << bit % 8
        host.port.write(wrong)
        if bit % 8 == 7:
            assert host.result(PING) == OK, f"bit {bit}"
    assert not _latch_edges(board)


@case
def bodies_are_between_11_and_40_bytes(_: Board, host: Host) -> None:
    host.greet()
    before = _ping(host).bad_frames
    assert host.result(0x33, bytes(29)) == UNKNOWN_TYPE
    host.send(0x33, bytes(30))
    host.port.write(b"\0\x05\x01\x02\x03\x04\0")
    assert _ping(host).bad_frames == before + 2


@case
def replies_and_what_looks_like_them_are_not_answered(_: Board, host: Host) -> None:
    host.greet()
    before = _ping(host).bad_frames
    for kind in (HELLO | 0x80, PING | 0x80, 0xFF):
        host.send(kind, b"\0")
    pong = _ping(host)
    assert pong.bad_frames == before + 3
    assert host.port.in_waiting == 0


# ---- doors


@case
def doors_are_told_as_they_stand(board: Board, host: Host) -> None:
    host.greet()
    host.stay(0.2)
    assert _ping(host)[:3] == (OK, 0, 0)
    board.set_door(1, 1)
    board.set_door(6, 1)
    _wait(host, lambda: _ping(host).levels == 0b100001)
    assert host.order(READ_DOORS).payload == bytes([OK, 2, 0, 0b100001])


@case
def nobody_is_told_of_doors_who_did_not_ask(board: Board, host: Host) -> None:
    host.greet()
    board.set_door(2, 1)
    _wait(host, lambda: _ping(host).levels == 0b10)
    assert not host.events
    assert host.order(SUBSCRIBE, b"\x01").payload == bytes([OK, 1, 0, 0b10])
    board.set_door(2, 0)
    host.event()
    assert host.order(SUBSCRIBE, b"\x00").payload == bytes([OK, 2, 0, 0])
    board.set_door(2, 1)
    _wait(host, lambda: _ping(host).levels == 0b10)
    assert not host.events


@case
def subscriber_is_told_of_each_change_in_its_turn(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    for number, (door, level) in enumerate(((3, 1), (4, 1), (3, 0), (4, 0)), 1):
        board.set_door(door, level)
        event = host.event()
        assert (event.nonce, event.id) == (host.nonce, 0)
        assert event.payload[:4] == bytes([number, 0, door, level])
        assert event.payload[4] >> (door - 1) & 1 == level
    assert _ping(host).seq == 4


@case
def doors_that_move_together_are_told_one_by_one(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    for door in range(1, 7):
        board.set_door(door, 1)
    events = [host.event() for _ in range(6)]
    assert [int.from_bytes(e.payload[:2], "little") for e in events] == [1, 2, 3, 4, 5, 6]
    assert sorted(e.payload[2] for e in events) == [1, 2, 3, 4, 5, 6]
    assert events[-1].payload[4] == 0b111111


@case
def contact_that_bounces_is_one_change(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    for level in (1, 0, 1, 0, 1, 0, 1):
        board.set_door(1, level)
        time.sleep(0.003)
    assert host.event().payload == bytes([1, 0, 1, 1, 1])
    host.stay(0.1)
    assert not host.events
    assert _ping(host).seq == 1


@case
def contact_that_only_twitches_is_no_change(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    for _again in range(5):
        board.set_door(1, 1)
        time.sleep(0.003)
        board.set_door(1, 0)
        host.stay(2 * DEBOUNCE_S)
    assert not host.events
    assert _ping(host)[1:3] == (0, 0)


@case
def missed_changes_show_as_a_gap_and_in_the_levels(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    board.set_door(1, 1)
    assert host.event().payload[:2] == b"\1\0"
    host.order(SUBSCRIBE, b"\x00")
    board.set_door(2, 1)
    _wait(host, lambda: _ping(host).seq == 2)
    host.order(SUBSCRIBE, b"\x01")
    board.set_door(3, 1)
    assert host.event().payload == bytes([3, 0, 3, 1, 0b111])


# ---- silence


@case
def silence_turns_everything_off(board: Board, host: Host) -> None:
    host.greet()
    host.order(LAMPS, b"\x07\x07")
    host.order(BUZZER, (5000).to_bytes(2, "little"))
    _wait(host, lambda: _levels(board, "lamp-1", "lamp-2", "lamp-3", "buzzer") == [1] * 4)
    host.listen(SILENCE_S / 2)
    assert _levels(board, "lamp-1", "lamp-2", "lamp-3", "buzzer") == [1] * 4
    host.order(PING)
    _wait(host, lambda: not _is_anything_on(board), alive=False)
    lit = [edge for edge in board.edges() if edge.level]
    assert board.edges()[-1].at_s - lit[-1].at_s > SILENCE_S


@case
def silence_ends_the_subscription_and_the_nonce(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    host.order(PING)
    was, last_id = host.nonce, host.next_id - 1
    host.listen(SILENCE_S + 0.3)
    board.set_door(1, 1)
    host.listen(0.1)
    assert not host.events
    assert host.pulse(1, 50) == STALE_BOOT
    host.greet()
    assert host.nonce not in (was, 0)
    assert host.next_id == last_id + 1
    pong = _ping(host)
    assert (pong.seq, pong.levels, pong.is_subscribed) == (1, 1, False)
    assert not _latch_edges(board)


@case
def order_that_was_held_up_for_longer_than_the_silence_is_refused(board: Board, host: Host) -> None:
    host.greet()
    held_up = host.frame(PING).to_bytes() + host.frame(PULSE, b"\x01\x32\x00").to_bytes()
    host.listen(SILENCE_S + 0.3)
    host.port.write(held_up)
    assert [host.next_frame().payload for _ in range(2)] == [bytes([STALE_BOOT])] * 2
    host.listen(0.1)
    assert not _latch_edges(board)


@case
def any_frame_with_the_right_nonce_breaks_the_silence(board: Board, host: Host) -> None:
    host.greet()
    was = host.nonce
    host.order(LAMPS, b"\x01\x01")
    for send in (
        lambda: host.result(PING, number=0),
        lambda: host.result(0x33),
        lambda: host.result(HELLO, b"\x01", nonce=0, number=0),
    ):
        host.listen(SILENCE_S * 0.6)
        send()
    assert host.greet().nonce == was
    assert _levels(board, "lamp-1") == [1]


@case
def frames_that_do_not_count_leave_the_silence_unbroken(board: Board, host: Host) -> None:
    host.greet()
    host.order(LAMPS, b"\x01\x01")
    end = time.monotonic() + SOON_S
    while _levels(board, "lamp-1") == [1]:
        assert time.monotonic() < end
        host.send(PING, nonce=host.nonce ^ 1, number=1)
        host.send(HELLO, b"\x02", nonce=0, number=0)
        host.port.write(b"\0\x55\0")
        host.listen(0.1)


# ---- boots


@case
def every_boot_has_a_nonce_of_its_own(board: Board, host: Host) -> None:
    nonces = [host.greet().nonce]
    for _again in range(4):
        board.reset()
        host.forget()
        nonces.append(host.greet().nonce)
    for _again in range(2):
        nonces.append(Host(board.restart(BOARD_ID)).greet().nonce)
    assert len(set(nonces)) == len(nonces)
    assert 0 not in nonces


@case
def reset_in_mid_pulse_ends_it_and_the_same_order_comes_to_nothing(
    board: Board, host: Host
) -> None:
    host.greet()
    frame = host.frame(PULSE, b"\x03\xf4\x01")
    host.port.write(frame.to_bytes())
    assert host.next_frame().payload == bytes([OK])
    _wait(host, lambda: _levels(board, "latch-3") == [1])
    was = host.nonce
    board.reset()
    _wait(host, lambda: _levels(board, "latch-3") == [0], alive=False)
    on, off = _edges(board, "latch-3")
    assert off.at_s - on.at_s < 0.4
    host.forget()
    assert host.greet().nonce != was
    assert host.next_id == 1
    host.port.write(frame.to_bytes())
    assert host.next_frame().payload == bytes([STALE_BOOT])
    host.listen(0.1)
    assert len(_edges(board, "latch-3")) == 2


@case
def reset_in_mid_command_forgets_the_half_that_came(board: Board, host: Host) -> None:
    host.greet()
    wire = host.frame(PULSE, b"\x03\x32\x00").to_bytes()
    host.port.write(wire[:8])
    host.listen(0.05)
    board.reset()
    host.forget()
    host.listen(0.3)
    host.port.write(wire[8:])
    host.greet()
    assert host.result(PING) == OK
    assert not _latch_edges(board)


@case
def door_that_is_open_at_boot_is_no_change(board: Board, host: Host) -> None:
    host.greet()
    board.set_door(2, 1)
    _wait(host, lambda: _ping(host).levels == 0b10)
    board.reset()
    host.forget()
    host.greet()
    assert _ping(host)[1:3] == (0, 0b10)


# ---- the document


@case
def worked_example_of_the_document_happens_as_written(board: Board, host: Host) -> None:
    host.listen(0.3)
    nonces = {0: 0}  # the document's, and the board's in their place
    for step in worked_example():
        if isinstance(step, Happening):
            _let_happen(step, board, host)
        elif step.is_of_host:
            host.port.write(_in_this_life(step, nonces).to_bytes())
        else:
            frame = host.event() if step.type == DOOR else host.next_frame()
            nonces.setdefault(step.nonce, frame.nonce)
            assert _without_version(frame) == _without_version(_in_this_life(step, nonces))


def _in_this_life(step: Spoken, nonces: dict[int, int]) -> Frame:
    return Frame(step.type, nonces[step.nonce], step.id, step.payload)


def _without_version(frame: Frame) -> Frame:
    """The firmware's version is each board's own."""
    if frame.kind != HELLO | REPLY:
        return frame
    return replace(frame, payload=frame.payload[:2] + b"???" + frame.payload[5:])


def _let_happen(step: Happening, board: Board, host: Host) -> None:
    match step.what:
        case "door 3 opens":
            board.set_door(3, 1)
        case "the board is reset":
            board.set_door(3, 0)
            board.reset()
            host.forget()
            host.listen(0.3)
        case unknown:
            raise AssertionError(unknown)


# ---- anything at all

FRAMES = 100_000
SEED = 20261122


@case
def nothing_moves_by_100000_frames_of_noise(board: Board, host: Host) -> None:
    host.greet()
    noise = Noise(random.Random(SEED), host)
    board.hurry(True)
    for _again in range(FRAMES // 20):
        host.port.write(b"".join(noise.frame() for _ in range(20)))
        if host.port.in_waiting:
            host.forget()
    board.hurry(False)
    host.listen(0.3)
    host.forget()
    host.greet()
    assert host.next_id > noise.highest_id  # it has not booted in between
    assert not board.edges()
    assert _ping(host).bad_frames == 0xFFFF  # there were more; the count stops there
    assert host.pulse(1, 20) == OK
    _wait(host, lambda: len(_latch_edges(board)) == 2)


class Noise:
    """Frames that are nearly right, or nothing at all; none that a board may obey."""

    def __init__(self, random_: random.Random, host: Host) -> None:
        self._random = random_
        self._host = host
        self.highest_id = 0

    def frame(self) -> bytes:
        """The bytes of one, right or wrong."""
        while self._is_obeyed(wire := self._any()):
            pass
        return wire

    def _any(self) -> bytes:
        match self._random.randrange(8):
            case 0:
                return self._random.randbytes(self._random.randrange(1, 30)) + b"\0"
            case 1:  # right in all but the nonce
                return self._order(self._random.getrandbits(32)).to_bytes()
            case 2:  # an old id
                return Frame(PULSE, self._host.nonce, 0, b"\x01\x32\x00").to_bytes()
            case 3:  # no command, or wrong arguments
                self.highest_id += 1
                return self._refused(self.highest_id).to_bytes()
            case 4:  # an order that has lost its beginning or its end
                wire = self._order(self._host.nonce).to_bytes()
                end = self._random.randrange(2, len(wire) - 1)
                return wire[:end] + b"\0" if self._random.random() < 0.5 else wire[end:]
            case _:
                return self._changed(self._order(self._host.nonce).to_bytes())

    def _is_obeyed(self, wire: bytes) -> bool:
        """Whether chance has made an order out of the noise."""
        return any(
            frame.nonce == self._host.nonce and frame.id > self.highest_id
            for frame in FrameStream().feed(wire)
        )

    def _order(self, nonce: int) -> Frame:
        ms = self._random.randrange(10, 501)
        payload = bytes([self._random.randrange(1, 7)]) + ms.to_bytes(2, "little")
        return Frame(PULSE, nonce, 0xFFFF0000 + self._random.randrange(100), payload)

    def _refused(self, number: int) -> Frame:
        kind, payload = self._random.choice(
            ((0x33, b""), (PULSE, b"\x00\x32\x00"), (PULSE, b"\x01\xff\xff"), (LAMPS, b"\xff\xff"))
        )
        return Frame(kind, self._host.nonce, number, payload)

    def _changed(self, wire: bytes) -> bytes:
        changed = bytearray(wire)
        at = self._random.randrange(1, len(wire) - 1)
        match self._random.randrange(3):
            case 0:
                changed[at] ^= 1 << self._random.randrange(8)
            case 1:
                del changed[at]
            case _:
                changed.insert(at, self._random.randrange(1, 256))
        return bytes(changed)


# ---- what the cases look at


class Pong(NamedTuple):
    """The fields of PING's reply."""

    result: int
    seq: int
    levels: int
    lamps: int
    latches: int
    bad_frames: int
    flags: int

    @property
    def is_subscribed(self) -> bool:
        return bool(self.flags & 1)


def _ping(host: Host) -> Pong:
    return Pong(*struct.unpack("<BHBBBHB", host.order(PING).payload))


def _edges(board: Board, pin: str) -> list[Edge]:
    return [edge for edge in board.edges() if edge.pin == pin]


def _latch_edges(board: Board) -> list[Edge]:
    return [edge for edge in board.edges() if edge.pin.startswith("latch")]


def _levels(board: Board, *pins: str) -> list[int]:
    now = dict.fromkeys(pins, 0)
    for edge in board.edges():
        if edge.pin in now:
            now[edge.pin] = edge.level
    return [now[pin] for pin in pins]


def _is_anything_on(board: Board) -> bool:
    return any(_levels(board, *{edge.pin for edge in board.edges()}))


def _wait(host: Host, condition: Callable[[], bool], *, alive: bool = True) -> None:
    """Wait for a condition, speaking to the board meanwhile or, not `alive`, in silence."""
    deadline = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {SOON_S} s"
        if alive:
            host.order(PING)
        host.listen(0.02)
