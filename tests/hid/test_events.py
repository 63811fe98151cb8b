"""The kernel's events come in any pieces, and what an overrun left incomplete is left out."""

from __future__ import annotations

import pytest

from boxd.hid.events import (
    EV_KEY,
    EV_SYN,
    EVENT_BYTES,
    SYN_DROPPED,
    SYN_REPORT,
    EventStream,
    InputEvent,
)

PRESS, RELEASE = InputEvent(12.5, EV_KEY, 79, 1), InputEvent(12.625, EV_KEY, 79, 0)
REPORT = InputEvent(12.5, EV_SYN, SYN_REPORT, 0)
OVERRUN = InputEvent(12.5, EV_SYN, SYN_DROPPED, 0)

# Recorded on a 64-bit kernel: the key 1 of a number pad goes down, with its scan code.
RECORDED = bytes.fromhex(
    "0c000000000000002021070000000000 0400 0400 59000700"
    "0c000000000000002021070000000000 0100 4f00 01000000"
    "0c000000000000002021070000000000 0000 0000 00000000"
)


@pytest.mark.skipif(EVENT_BYTES != 24, reason="recorded on a 64-bit kernel")
def test_recorded_bytes_are_read() -> None:
    events = EventStream().feed(RECORDED)
    assert [(event.kind, event.code, event.value) for event in events] == [
        (4, 4, 0x70059),
        (EV_KEY, 79, 1),
        (EV_SYN, SYN_REPORT, 0),
    ]
    assert events[1].at == pytest.approx(12.467232)


@pytest.mark.parametrize("size", [1, 5, 23, 24, 25, 1000])
def test_pieces_of_any_size_make_the_same_events(size: int) -> None:
    stream = EventStream()
    data = b"".join(event.to_bytes() for event in (PRESS, REPORT, RELEASE, REPORT))
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert [e for piece in pieces for e in stream.feed(piece)] == [PRESS, REPORT, RELEASE, REPORT]


def test_after_an_overrun_the_rest_of_its_report_is_left_out_and_counted() -> None:
    stream = EventStream()
    data = b"".join(each.to_bytes() for each in (OVERRUN, PRESS, REPORT, RELEASE))
    assert stream.feed(data) == [OVERRUN, RELEASE]
    assert stream.dropped == 1
