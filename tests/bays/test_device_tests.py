"""Testing devices: one person at a time, nobody disturbed, everything put back."""

from __future__ import annotations

import pytest

from boxd.bays import device_tests
from boxd.bays.device_events import DeviceEvent
from boxd.bays.view import BayState
from boxd.devices import Key, KeyTouch, LampName
from boxd.errors import NotFound, Refused
from tests.bays.devices import DevicesInMemory
from tests.midi.waiting import until


@pytest.fixture
def devices() -> DevicesInMemory:
    return DevicesInMemory()


async def test_a_borrowed_device_pauses_its_bays_and_no_others(devices: DevicesInMemory) -> None:
    test = devices.tests().begin("anna")
    test.borrow("board-0")
    assert devices.bays["bay-1"].paused == "board-0 is being tested by anna"
    assert devices.bays["bay-2"].paused == ""
    test.give_back()
    assert devices.bays["bay-1"].paused == ""


@pytest.mark.parametrize(
    ("expected", "device"),
    [
        ({"bay-1"}, "board-2"),  # it has the latch of a locker of this bay
        ({"bay-1", "bay-2"}, "door-pad"),
        ({"bay-1", "bay-2"}, "operator-pad"),
    ],
)
async def test_no_bay_that_needs_the_device_takes_a_code_meanwhile(
    devices: DevicesInMemory, expected: set[str], device: str
) -> None:
    touches: list[object] = []
    for keypad in ("board-0", "board-1"):
        devices.registry.keypad(keypad).subscribe(touches.append)
    test = devices.tests().begin("anna")
    test.borrow(device)
    assert {name for name, bay in devices.bays.items() if bay.paused} == expected
    if "bay-1" in expected:
        devices.by_name["board-0"].keys.touch(KeyTouch(Key.DIGIT_1, True, 1.0))
        assert touches == []
    test.end()
    devices.by_name["board-0"].keys.touch(KeyTouch(Key.DIGIT_2, True, 2.0))
    assert len(touches) == 1


@pytest.mark.parametrize("state", [BayState.BUSY, BayState.CHECKING])
async def test_a_device_whose_bay_serves_somebody_is_refused_with_the_reason(
    devices: DevicesInMemory, state: BayState
) -> None:
    devices.bays["bay-1"].state = state
    test = devices.tests().begin("anna")
    with pytest.raises(Refused, match="bay-1 serves somebody"):
        test.borrow("board-0")
    test.borrow("board-1")


async def test_a_device_is_refused_while_a_code_is_being_typed(devices: DevicesInMemory) -> None:
    devices.bays["bay-1"].typed = 3
    with pytest.raises(Refused, match="a code is being typed"):
        devices.tests().begin("anna").borrow("board-0")


async def test_a_second_tester_is_told_who_the_first_is(devices: DevicesInMemory) -> None:
    tests = devices.tests()
    first = tests.begin("anna")
    first.borrow("board-0")
    with pytest.raises(Refused, match=r"anna has been testing devices \(board-0 now\)"):
        tests.begin("ben")
    first.end()
    tests.begin("ben").borrow("board-0")


async def test_the_next_device_puts_the_one_before_back(devices: DevicesInMemory) -> None:
    devices.registry.lamps("board-0")[LampName.SUCCESS].set(True)
    test = devices.tests().begin("anna")
    test.borrow("board-0")
    test.light(LampName.FAILURE, True)
    assert devices.by_name["board-0"].lit == {LampName.FAILURE}
    test.borrow("board-1")
    assert devices.by_name["board-0"].lit == {LampName.SUCCESS}


async def test_a_test_that_is_over_can_do_nothing_more(devices: DevicesInMemory) -> None:
    tests = devices.tests()
    test = tests.begin("anna")
    test.borrow("board-0")
    test.end()
    with pytest.raises(NotFound):
        tests.find(test.id)
    with pytest.raises(Refused):
        test.light(LampName.FAILURE, True)


async def test_a_test_whose_person_has_gone_ends_by_itself(
    devices: DevicesInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_tests, "IDLE_S", 0.05)
    tests = devices.tests()
    test = tests.begin("anna")
    test.borrow("board-0")
    test.light(LampName.FAILURE, True)
    await until(test.has_ended.is_set)
    assert tests.current is None
    assert devices.by_name["board-0"].lit == set()
    assert devices.bays["bay-1"].paused == ""


async def test_a_device_without_the_part_says_so(devices: DevicesInMemory) -> None:
    test = devices.tests().begin("anna")
    test.borrow("door-pad")
    with pytest.raises(NotFound, match="no standby lamp"):
        test.light(LampName.STANDBY, True)
    with pytest.raises(NotFound, match="no buzzer"):
        test.sound(100)
    with pytest.raises(NotFound, match="no device is called 'x'"):
        test.borrow("x")


@pytest.mark.parametrize(("expected", "shown"), [("digit", False), ("8", True)])
async def test_digits_typed_at_a_bay_are_told_only_to_those_who_may_see_them(
    devices: DevicesInMemory, expected: str, shown: bool
) -> None:
    told: list[DeviceEvent] = []
    devices.tests().watch(told.append, lambda _: shown)
    devices.by_name["board-1"].touch("8")
    assert [event.part for event in told] == [expected, expected]
