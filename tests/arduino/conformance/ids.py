"""Old, repeated and foreign commands: executed once, or not at all."""

from __future__ import annotations

from tests.arduino.conformance.board import Board, case
from tests.arduino.conformance.looking import edges_of, latch_edges, wait
from tests.arduino.talking import BUSY, LAMPS, OK, PING, PULSE, STALE_BOOT, STALE_ID, Host


@case
def command_that_comes_twice_is_executed_once_and_answered_twice(board: Board, host: Host) -> None:
    host.greet()
    frame = host.frame(PULSE, b"\x04\x14\x00")
    host.port.write(frame.to_bytes())
    first = host.next_frame()
    host.stay(0)
    wait(host, lambda: len(edges_of(board, "latch-4")) == 2, alive=False)
    for _again in range(3):
        host.port.write(frame.to_bytes())
        assert host.next_frame() == first
    host.listen(0.1)
    assert len(edges_of(board, "latch-4")) == 2


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
    assert not latch_edges(board)


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
    assert not latch_edges(board)


@case
def refused_commands_too_take_their_id(_: Board, host: Host) -> None:
    host.greet()
    for number, (kind, payload) in enumerate(((0x33, b""), (PULSE, b""), (LAMPS, b"\xff\xff")), 1):
        assert host.result(kind, payload, number=number) != OK
        assert host.result(PING, number=number) == STALE_ID
