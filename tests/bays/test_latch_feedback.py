"""A latch whose own contact tells, in a locker whose door tells more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boxd.bays.latch_feedback import LatchFeedback
from boxd.bays.prompts import prompt_for
from boxd.device_parts import ReportedDoor
from boxd.devices import DoorState
from boxd.redemption import Stage
from tests.bays.devices import DevicesInMemory
from tests.bays.parts import STANDING


async def test_a_bolt_that_sprang_back_has_let_go_all_the_same() -> None:
    contact = ReportedDoor()
    latch_feedback = LatchFeedback(contact)
    latch_feedback.expect()
    contact.move(DoorState.OPEN)
    contact.move(DoorState.CLOSED)
    await DevicesInMemory().settle()
    assert latch_feedback.has_happened


async def test_what_came_before_the_order_does_not_count() -> None:
    contact = ReportedDoor()
    latch_feedback = LatchFeedback(contact)
    contact.move(DoorState.OPEN)
    contact.move(DoorState.CLOSED)
    await DevicesInMemory().settle()
    latch_feedback.expect()
    assert not latch_feedback.has_happened


@pytest.mark.parametrize(
    ("expected", "let_go", "door"),
    [
        ("The latch opened, but the door is closed", True, DoorState.CLOSED),
        ("Push the door", False, DoorState.CLOSED),
        ("Its door is open now", True, DoorState.OPEN),
    ],
)
def test_a_jam_says_where_it_sticks(expected: str, let_go: bool, door: DoorState) -> None:
    jammed = replace(STANDING, stage=Stage.JAM)
    assert expected in prompt_for(jammed, door, [], latch_let_go=let_go).text


def test_a_switch_that_says_nothing_is_not_called_missing() -> None:
    asked = replace(STANDING, stage=Stage.ASK)
    assert "does not answer" in prompt_for(asked, DoorState.UNKNOWN, []).text
    assert "no door switch" in prompt_for(asked, None, []).text
