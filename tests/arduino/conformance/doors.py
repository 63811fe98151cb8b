"""Contacts: debounced, counted, told in order."""

from __future__ import annotations

import time
from itertools import pairwise

from tests.arduino.conformance.board import DEBOUNCE_S, Board, case
from tests.arduino.conformance.looking import ping, wait
from tests.arduino.talking import OK, READ_DOORS, SUBSCRIBE, Host


def bounced(board: Board, *levels: int) -> bool:
    """Move the first contact quickly; False when a busy machine made it slower than a bounce."""
    moments = [time.monotonic()]
    for level in levels:
        board.set_door(1, level)
        time.sleep(0.003)
        moments.append(time.monotonic())
    return max(later - earlier for earlier, later in pairwise(moments)) < DEBOUNCE_S


@case
def doors_are_told_as_they_stand(board: Board, host: Host) -> None:
    host.greet()
    host.stay(0.2)
    assert ping(host)[:3] == (OK, 0, 0)
    board.set_door(1, 1)
    board.set_door(6, 1)
    wait(host, lambda: ping(host).levels == 0b100001)
    assert host.order(READ_DOORS).payload == bytes([OK, 2, 0, 0b100001])


@case
def nobody_is_told_of_doors_who_did_not_ask(board: Board, host: Host) -> None:
    host.greet()
    board.set_door(2, 1)
    wait(host, lambda: ping(host).levels == 0b10)
    assert not host.events
    assert host.order(SUBSCRIBE, b"\x01").payload == bytes([OK, 1, 0, 0b10])
    board.set_door(2, 0)
    host.event()
    assert host.order(SUBSCRIBE, b"\x00").payload == bytes([OK, 2, 0, 0])
    board.set_door(2, 1)
    wait(host, lambda: ping(host).levels == 0b10)
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
    assert ping(host).seq == 4


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
    while not bounced(board, 1, 0, 1, 0, 1, 0, 1):
        board.set_door(1, 0)
        wait(host, lambda: ping(host).levels == 0)
        host.stay(2 * DEBOUNCE_S)
        host.events.clear()
    before = host.event().payload
    assert before[2:] == bytes([1, 1, 1])
    host.stay(0.1)
    assert not host.events
    assert ping(host).seq == int.from_bytes(before[:2], "little")


@case
def contact_that_only_twitches_is_no_change(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    for _again in range(5):
        host.stay(2 * DEBOUNCE_S)
        before = ping(host).seq
        host.events.clear()
        is_twitch = bounced(board, 1, 0)
        host.stay(2 * DEBOUNCE_S)
        if is_twitch:
            assert not host.events
            assert ping(host)[1:3] == (before, 0)


@case
def missed_changes_show_as_a_gap_and_in_the_levels(board: Board, host: Host) -> None:
    host.greet()
    host.order(SUBSCRIBE, b"\x01")
    board.set_door(1, 1)
    assert host.event().payload[:2] == b"\1\0"
    host.order(SUBSCRIBE, b"\x00")
    board.set_door(2, 1)
    wait(host, lambda: ping(host).seq == 2)
    host.order(SUBSCRIBE, b"\x01")
    board.set_door(3, 1)
    assert host.event().payload == bytes([3, 0, 3, 1, 0b111])
