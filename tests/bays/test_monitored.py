"""Devices as the registry hands them out: what happens is told, and a test can borrow them."""

from __future__ import annotations

import pytest

from boxd.bays.device_events import DeviceEvent, without_digits
from boxd.devices import DeviceState, DoorState, Key, KeyTouch, LampName
from boxd.errors import BoxdError, DeliveryUnknown, DeviceUnreachable
from tests.bays.devices import DevicesInMemory


@pytest.fixture
def devices() -> DevicesInMemory:
    return DevicesInMemory(feedback=True)


@pytest.fixture
def told(devices: DevicesInMemory) -> list[tuple[str, ...]]:
    """What is told of the devices."""
    events: list[tuple[str, ...]] = []

    def hear(event: DeviceEvent) -> None:
        events.append((event.device, event.what, event.part, event.value))

    devices.registry.events.subscribe(hear)
    return events


def _touches(devices: DevicesInMemory, device: str) -> list[KeyTouch]:
    heard: list[KeyTouch] = []
    devices.registry.keypad(device).subscribe(heard.append)
    return heard


async def test_everything_that_happens_at_a_device_is_told(
    devices: DevicesInMemory, told: list[tuple[str, ...]]
) -> None:
    board = devices.by_name["board-0"]
    board.touch("5")
    devices.registry.lamps("board-0")[LampName.STANDBY].set(True)
    devices.registry.buzzer("board-0").sound(200)
    await devices.registry.latch("board-0").pulse()
    assert told == [
        ("board-0", "key", "5", "touched"),
        ("board-0", "key", "5", "released"),
        ("board-0", "lamp", "standby", "lit"),
        ("board-0", "buzzer", "", "200 ms"),
        ("board-0", "latch", "latch", "pulsed"),
    ]


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        ("not sent", DeviceUnreachable("it is away")),
        ("perhaps pulsed", DeliveryUnknown("it went away meanwhile")),
    ],
)
async def test_a_pulse_that_fails_is_told_as_what_it_is_and_raised(
    devices: DevicesInMemory, told: list[tuple[str, ...]], expected: str, error: BoxdError
) -> None:
    devices.by_name["board-0"].latch.fails_with = error
    with pytest.raises(type(error)):
        await devices.registry.latch("board-0").pulse()
    assert told == [("board-0", "latch", "latch", expected)]


async def test_a_state_is_told_once_for_each_change(
    devices: DevicesInMemory, told: list[tuple[str, ...]]
) -> None:
    devices.registry.notice()
    told.clear()
    devices.by_name["board-1"].state = DeviceState.UNREACHABLE
    devices.registry.notice()
    devices.registry.notice()
    assert told == [("board-1", "state", "", "unreachable")]


async def test_touches_of_a_borrowed_keypad_reach_nobody_else(
    devices: DevicesInMemory, told: list[tuple[str, ...]]
) -> None:
    heard = _touches(devices, "board-0")
    devices.registry.device("board-0").borrow()
    devices.by_name["board-0"].touch("1", "Enter")
    assert not [touch for touch in heard if touch.touched]
    assert ("board-0", "key", "1", "touched") in told
    devices.registry.device("board-0").give_back()
    devices.by_name["board-0"].touch("2")
    assert [touch.key for touch in heard if touch.touched] == [Key.DIGIT_2]


async def test_a_key_held_as_the_test_begins_is_seen_let_go(devices: DevicesInMemory) -> None:
    heard = _touches(devices, "board-0")
    devices.by_name["board-0"].keys.touch(KeyTouch(Key.DIGIT_7, True, 1.0))
    devices.registry.device("board-0").borrow()
    devices.by_name["board-0"].keys.touch(KeyTouch(Key.DIGIT_7, False, 2.0))
    assert [(touch.key, touch.touched) for touch in heard] == [
        (Key.DIGIT_7, True),
        (Key.DIGIT_7, False),
    ]


async def test_what_a_bay_sets_while_its_lamps_are_borrowed_shows_afterwards(
    devices: DevicesInMemory,
) -> None:
    lamps, board = devices.registry.lamps("board-0"), devices.by_name["board-0"]
    lamps[LampName.SUCCESS].set(True)
    borrowed = devices.registry.device("board-0")
    borrowed.borrow()
    assert board.lit == set()
    borrowed.lamps[LampName.FAILURE].borrow(True)
    lamps[LampName.SUCCESS].set(False)
    lamps[LampName.STANDBY].set(True)
    assert board.lit == {LampName.FAILURE}
    borrowed.give_back()
    assert board.lit == {LampName.STANDBY}


async def test_a_bay_s_beep_is_left_out_while_the_buzzer_is_borrowed(
    devices: DevicesInMemory,
) -> None:
    borrowed, board = devices.registry.device("board-0"), devices.by_name["board-0"]
    borrowed.borrow()
    devices.registry.buzzer("board-0").sound(300)
    assert board.beeps.sounded == []
    borrowed.give_back()
    devices.registry.buzzer("board-0").sound(300)
    assert board.beeps.sounded == [300]


async def test_a_door_s_and_a_latch_s_contact_are_told(
    devices: DevicesInMemory, told: list[tuple[str, ...]]
) -> None:
    contact = devices.by_name["board-0"].latch.contact
    assert contact is not None
    events: list[DeviceEvent] = []
    devices.registry.events.subscribe(events.append)
    devices.by_name["door-pad"].say("door-2", DoorState.OPEN)
    contact.move(DoorState.OPEN)
    await devices.settle()
    assert told == [
        ("door-pad", "door", "door-2", "open"),
        ("board-0", "feedback", "latch", "let go"),
    ]
    assert events[0].as_json()["value"] == "open"


async def test_a_listener_that_has_left_hears_nothing(devices: DevicesInMemory) -> None:
    events: list[DeviceEvent] = []
    devices.registry.events.subscribe(events.append)()
    devices.by_name["board-0"].touch("1")
    assert events == []


async def test_only_digits_of_the_named_keypads_are_hidden(devices: DevicesInMemory) -> None:
    events: list[DeviceEvent] = []
    devices.registry.events.subscribe(events.append)
    devices.by_name["board-0"].touch("4", "Enter")
    devices.by_name["operator-pad"].touch("9")
    hidden = [without_digits(event, {"board-0"}).part for event in events]
    assert hidden[::2] == ["digit", "Enter", "9"]


async def test_what_means_nothing_is_told_with_the_reason(
    devices: DevicesInMemory, told: list[tuple[str, ...]]
) -> None:
    devices.by_name["board-0"].line.ignore("note 61 on", "no key has this number")
    assert told == [("board-0", "ignored", "note 61 on", "ignored")]
