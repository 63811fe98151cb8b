"""The lives of a board, and what one knows of another."""

from __future__ import annotations

from tests.arduino.conformance.board import BOARD_ID, Board, case
from tests.arduino.conformance.looking import edges_of, latch_edges, levels_of, ping, wait
from tests.arduino.talking import OK, PING, PULSE, STALE_BOOT, Host


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
    wait(host, lambda: levels_of(board, "latch-3") == [1])
    was = host.nonce
    board.reset()
    wait(host, lambda: levels_of(board, "latch-3") == [0], alive=False)
    on, off = edges_of(board, "latch-3")
    assert off.at_s - on.at_s < 0.4
    host.forget()
    assert host.greet().nonce != was
    assert host.next_id == 1
    host.port.write(frame.to_bytes())
    assert host.next_frame().payload == bytes([STALE_BOOT])
    host.listen(0.1)
    assert len(edges_of(board, "latch-3")) == 2


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
    assert not latch_edges(board)


@case
def door_that_is_open_at_boot_is_no_change(board: Board, host: Host) -> None:
    host.greet()
    board.set_door(2, 1)
    wait(host, lambda: ping(host).levels == 0b10)
    board.reset()
    host.forget()
    host.greet()
    assert ping(host)[1:3] == (0, 0b10)
