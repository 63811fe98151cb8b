"""A host that falls silent."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.arduino.conformance.board import SILENCE_S, SOON_S, Board, case
from tests.arduino.conformance.looking import is_anything_on, latch_edges, levels_of, ping, wait
from tests.arduino.talking import BUZZER, HELLO, LAMPS, PING, PULSE, STALE_BOOT, SUBSCRIBE, Host


@case
def silence_turns_everything_off(board: Board, host: Host) -> None:
    host.greet()
    host.order(LAMPS, b"\x07\x07")
    host.order(BUZZER, (5000).to_bytes(2, "little"))
    wait(host, lambda: levels_of(board, "lamp-1", "lamp-2", "lamp-3", "buzzer") == [1] * 4)
    host.listen(SILENCE_S / 2)
    assert levels_of(board, "lamp-1", "lamp-2", "lamp-3", "buzzer") == [1] * 4
    host.order(PING)
    wait(host, lambda: not is_anything_on(board), alive=False)
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
    pong = ping(host)
    assert (pong.seq, pong.levels, pong.is_subscribed) == (1, 1, False)
    assert not latch_edges(board)


@case
def order_that_was_held_up_for_longer_than_the_silence_is_refused(board: Board, host: Host) -> None:
    host.greet()
    held_up = host.frame(PING).to_bytes() + host.frame(PULSE, b"\x01\x32\x00").to_bytes()
    host.listen(SILENCE_S + 0.3)
    host.port.write(held_up)
    assert [host.next_frame().payload for _ in range(2)] == [bytes([STALE_BOOT])] * 2
    host.listen(0.1)
    assert not latch_edges(board)


@case
def any_frame_with_the_right_nonce_breaks_the_silence(board: Board, host: Host) -> None:
    host.greet()
    was = host.nonce
    host.order(LAMPS, b"\x01\x01")
    sent: tuple[Callable[[], object], ...] = (
        lambda: host.result(PING, number=0),
        lambda: host.result(0x33),
        lambda: host.result(HELLO, b"\x01", nonce=0, number=0),
    )
    for send in sent:
        host.listen(SILENCE_S * 0.6)
        send()
    assert host.greet().nonce == was
    assert levels_of(board, "lamp-1") == [1]


@case
def frames_that_do_not_count_leave_the_silence_unbroken(board: Board, host: Host) -> None:
    host.greet()
    host.order(LAMPS, b"\x01\x01")
    end = time.monotonic() + SOON_S
    while levels_of(board, "lamp-1") == [1]:
        assert time.monotonic() < end
        host.send(PING, nonce=host.nonce ^ 1, number=1)
        host.send(HELLO, b"\x02", nonce=0, number=0)
        host.port.write(b"\0\x55\0")
        host.listen(0.1)
