"""What a device has, and who is believed about a locker."""

from __future__ import annotations

import pytest

from boxd.bays.capabilities import Believed, believed, parts_of
from boxd.bays.devices_view import devices_view
from boxd.devices import DoorState
from tests.bays.devices import DevicesInMemory


@pytest.mark.parametrize(
    ("expected", "has_door", "has_feedback"),
    [
        (Believed.DOOR, True, True),
        (Believed.DOOR, True, False),
        (Believed.FEEDBACK, False, True),
        (Believed.OPERATOR, False, False),
    ],
)
def test_the_door_is_believed_before_the_latch_and_a_person_without_either(
    expected: Believed, has_door: bool, has_feedback: bool
) -> None:
    assert believed(has_door, has_feedback) is expected


def _parts(devices: DevicesInMemory, name: str) -> dict[str, object]:
    declared = next(each for each in devices.config.devices if each.name == name)
    return parts_of(devices.registry.device(name), declared, devices.config.lockers).as_json()


async def test_a_board_has_keys_lamps_a_buzzer_and_the_latch_of_its_locker() -> None:
    assert _parts(DevicesInMemory(), "board-2") == {
        "keys": [*"0123456789", "Cancel", "Enter"],
        "lamps": ["standby", "success", "failure"],
        "buzzer": True,
        "latches": [
            {
                "name": "latch",
                "feedback": None,
                "locker": 2,
                "confirmation": "the board pulsed",
            }
        ],
        "doors": [],
        "sensor_restarts": False,
    }


async def test_a_pad_has_the_doors_that_it_watches_with_what_they_say() -> None:
    devices = DevicesInMemory()
    devices.by_name["door-pad"].say("door-2", DoorState.OPEN)
    parts = _parts(devices, "door-pad")
    assert (parts["keys"], parts["buzzer"], parts["latches"]) == ([], False, [])
    assert parts["doors"] == [
        {"name": "door-1", "state": "unknown", "locker": 1},
        {"name": "door-2", "state": "open", "locker": 2},
        {"name": "door-3", "state": "unknown", "locker": 3},
    ]


@pytest.mark.parametrize(("expected", "feedback"), [("operator", False), ("feedback", True)])
async def test_a_latch_s_own_contact_is_believed_where_there_is_no_door_switch(
    expected: str, feedback: bool
) -> None:
    devices = DevicesInMemory(feedback=feedback)
    view = devices_view(devices.config, devices.tests())
    assert {locker: who.value for locker, who in view.believed.items()} == {
        **dict.fromkeys((1, 2, 3), "door"),
        4: expected,
    }
