"""What keeps a bay from taking codes: reasons that lie across each other."""

from __future__ import annotations

from boxd.bays.availability import Availability

from .parts import HandClock


def never_heard() -> None:
    """Nobody listens."""


def available() -> Availability:
    availability = Availability(HandClock(), on_change=never_heard, on_return=never_heard)
    availability.serve(ready=True)
    return availability


def test_a_reason_that_ends_uncovers_the_one_below() -> None:
    availability = available()
    availability.pause("board-0 is being tested by anna")
    availability.miss("board-0 is unreachable")
    availability.serve(ready=False, why="the ledger rests")
    assert availability.why_not == "the ledger rests"
    availability.serve(ready=True)
    assert availability.why_not == "board-0 is unreachable"
    availability.miss("")
    assert availability.why_not == "board-0 is being tested by anna"
    availability.pause("")
    assert availability.why_not == ""


def test_it_returns_once_after_the_daemon_had_taken_it_out() -> None:
    heard: list[str] = []
    availability = Availability(
        HandClock(),
        on_change=lambda: heard.append("changed"),
        on_return=lambda: heard.append("returned"),
    )
    availability.serve(ready=False, why="the ledger rests")
    availability.serve(ready=True)
    availability.serve(ready=True)
    assert heard == ["changed", "returned", "changed"]


def test_a_closed_bay_counts_down_no_further() -> None:
    heard: list[str] = []
    clock = HandClock()
    availability = Availability(
        clock, on_change=lambda: heard.append("changed"), on_return=never_heard
    )
    availability.lock(30)
    availability.close()
    clock.advance(5)
    assert heard == ["changed"]
    assert availability.locked_for_s == 25
