"""Frames, and what is none: cut, mixed with noise, damaged."""

from __future__ import annotations

import time

from tests.arduino.conformance.board import Board, case
from tests.arduino.conformance.looking import edges_of, latch_edges, ping, wait
from tests.arduino.talking import HELLO, OK, PING, PULSE, UNKNOWN_TYPE, Host


@case
def bytes_may_come_one_at_a_time(board: Board, host: Host) -> None:
    host.greet()
    frame = host.frame(PULSE, b"\x02\x14\x00")
    for byte in frame.to_bytes():
        host.port.write(bytes([byte]))
        time.sleep(0.004)
    assert host.next_frame().payload == bytes([OK])
    wait(host, lambda: len(edges_of(board, "latch-2")) == 2)


@case
def noise_between_frames_is_cut_off(_: Board, host: Host) -> None:
    host.greet()
    before = ping(host).bad_frames
    noises = (b"\x55", b"\xff" * 30, b"hello\r\n", b"\xaa" * 300, b"\x01\x02\x03")
    for noise in noises:
        host.port.write(noise)
        assert host.result(PING) == OK
    assert ping(host).bad_frames == before + len(noises)


@case
def empty_frames_are_nothing(_: Board, host: Host) -> None:
    host.greet()
    before = ping(host).bad_frames
    host.port.write(bytes(40))
    assert ping(host).bad_frames == before


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
    assert not latch_edges(board)


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
    assert not latch_edges(board)


@case
def bodies_are_between_11_and_40_bytes(_: Board, host: Host) -> None:
    host.greet()
    before = ping(host).bad_frames
    assert host.result(0x33, bytes(29)) == UNKNOWN_TYPE
    host.send(0x33, bytes(30))
    host.port.write(b"\0\x05\x01\x02\x03\x04\0")
    assert ping(host).bad_frames == before + 2


@case
def replies_and_what_looks_like_them_are_not_answered(_: Board, host: Host) -> None:
    host.greet()
    before = ping(host).bad_frames
    for kind in (HELLO | 0x80, PING | 0x80, 0xFF):
        host.send(kind, b"\0")
    pong = ping(host)
    assert pong.bad_frames == before + 3
    assert host.port.in_waiting == 0
