"""What a board says of itself."""

from __future__ import annotations

from tests.arduino.conformance.board import BOARD_ID, Board, case
from tests.arduino.talking import BAD_LENGTH, BAD_VERSION, HELLO, OK, PING, Host


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
