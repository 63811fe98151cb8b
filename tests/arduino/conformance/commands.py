"""Every command, what it does, and what it refuses."""

from __future__ import annotations

from tests.arduino.conformance.board import Board, case
from tests.arduino.conformance.looking import (
    edges_of,
    is_anything_on,
    latch_edges,
    levels_of,
    ping,
    wait,
)
from tests.arduino.talking import (
    ALL_OFF,
    BAD_ARGUMENT,
    BAD_LENGTH,
    BUSY,
    BUZZER,
    LAMPS,
    OK,
    PING,
    PULSE,
    READ_DOORS,
    SUBSCRIBE,
    UNKNOWN_TYPE,
    Host,
)

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
    assert not latch_edges(board)


@case
def pulse_energises_its_latch_alone_for_as_long_as_ordered(board: Board, host: Host) -> None:
    host.greet()
    for latch, ms in ((1, 10), (6, 100)):
        assert host.pulse(latch, ms) == OK
        wait(host, lambda latch=latch: len(edges_of(board, f"latch-{latch}")) == 2)
        on, off = edges_of(board, f"latch-{latch}")
        assert (on.level, off.level) == (1, 0)
        assert abs(off.at_s - on.at_s - ms / 1000) < board.late_s
    assert len(latch_edges(board)) == 4


@case
def two_latches_are_pulsed_at_once(board: Board, host: Host) -> None:
    host.greet()
    assert host.pulse(2, 200) == OK
    assert host.pulse(5, 200) == OK
    assert ping(host).latches == 0b010010
    wait(host, lambda: len(latch_edges(board)) == 4)
    assert [e.level for e in latch_edges(board)] == [1, 1, 0, 0]


@case
def latch_that_is_energised_refuses_another_pulse(board: Board, host: Host) -> None:
    host.greet()
    assert host.pulse(1, 300) == OK
    assert host.pulse(1, 10) == BUSY
    assert host.pulse(2, 10) == OK
    wait(host, lambda: len(edges_of(board, "latch-1")) == 2)
    on, off = edges_of(board, "latch-1")
    assert abs(off.at_s - on.at_s - 0.3) < board.late_s
    assert host.pulse(1, 10) == OK


@case
def lamps_change_where_the_mask_says(board: Board, host: Host) -> None:
    host.greet()
    assert host.result(LAMPS, b"\x07\x05") == OK
    assert ping(host).lamps == 0b101
    assert host.result(LAMPS, b"\x03\xfe") == OK
    assert ping(host).lamps == 0b110
    assert host.result(LAMPS, b"\x08\x08") == BAD_ARGUMENT
    assert ping(host).lamps == 0b110
    wait(host, lambda: levels_of(board, "lamp-1", "lamp-2", "lamp-3") == [0, 1, 1])


@case
def buzzer_sounds_for_as_long_as_ordered_and_the_last_order_counts(
    board: Board, host: Host
) -> None:
    host.greet()
    assert host.result(BUZZER, (5000).to_bytes(2, "little")) == OK
    wait(host, lambda: levels_of(board, "buzzer") == [1])
    assert host.result(BUZZER, (80).to_bytes(2, "little")) == OK
    wait(host, lambda: levels_of(board, "buzzer") == [0])
    assert host.result(BUZZER, (5000).to_bytes(2, "little")) == OK
    wait(host, lambda: levels_of(board, "buzzer") == [1])
    assert host.result(BUZZER, b"\0\0") == OK
    wait(host, lambda: levels_of(board, "buzzer") == [0])


@case
def all_off_ends_a_pulse_and_puts_everything_out(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    host.order(LAMPS, b"\x07\x07")
    host.order(BUZZER, (5000).to_bytes(2, "little"))
    assert host.pulse(3, 500) == OK
    wait(host, lambda: levels_of(board, "latch-3", "buzzer") == [1, 1])
    assert host.result(ALL_OFF) == OK
    wait(host, lambda: not is_anything_on(board))
    on, off = edges_of(board, "latch-3")
    assert off.at_s - on.at_s < 0.4
    pong = ping(host)
    assert (pong.lamps, pong.latches, pong.is_subscribed) == (0, 0, True)
