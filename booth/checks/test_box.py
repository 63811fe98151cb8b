"""A whole box on real device nodes: one redemption after the other, from key to shut door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from booth.checks.conftest import Measured
from booth.checks.real_box import RealBox, wait_until
from booth.guest.chip import Chip, let_contacts_win
from tests.box import booth as box_on_this_machine

LOCKERS = {1: "pins", 2: "cabinet"}


@pytest.fixture
def box(chip: Chip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealBox]:
    monkeypatch.setattr(box_on_this_machine, "wait_until", wait_until)
    let_contacts_win(True)
    made = RealBox(tmp_path / "box", chip)
    yield made
    made.close()
    let_contacts_win(False)


def redeem(box: RealBox, locker: int) -> None:
    """Everything from the code to the shut door, at this locker."""
    before = box.pulses(1), box.pulses(2)
    box.enter("bay-1", box.issue_code())
    load = box.prompt("load")
    assert load["locker"] == locker
    assert (box.pulses(1), box.pulses(2)) == before
    box.say(load, "loaded")
    take = box.prompt("take")
    wait_until("the success lamp", lambda: "success" in box.hardware.lamps())
    box.door(locker, "closed")
    wait_until(
        "the switch says closed",
        lambda: box.snapshot()["lockers"][locker - 1]["door"] == "closed",
    )
    box.say(take, "completed")
    assert box.ended()["state"] == "ready"
    after = [before[0] + (locker == 1), before[1] + (locker == 2)]
    assert [box.pulses(1), box.pulses(2)] == after


def test_a_box_of_mixed_parts_redeems_codes(box: RealBox, measured: Measured) -> None:
    hardware = box.hardware
    hardware.do(hardware.board.plug)
    hardware.do(hardware.cabinet.plug)
    starting = measured.clock("box: started until it takes codes")
    box.start()
    starting()
    box.stock_up()
    for device in ("board-0", "pins", "cabinet"):
        box.wait_for_device(device, "ready")
    for locker, other in ((1, 2), (2, 1)):
        box.command("lockers", "out-of-service", str(other), "--reason", "test")
        redeeming = measured.clock(f"box: a redemption at {LOCKERS[locker]}, typing included")
        redeem(box, locker)
        redeeming()
        box.command("lockers", "in-service", str(other))
    box.check_invariants()


def test_what_is_unplugged_comes_back_and_nothing_opens_by_it(box: RealBox) -> None:
    hardware = box.hardware
    box.start()
    box.stock_up()
    hardware.do(hardware.board.plug)
    hardware.do(hardware.cabinet.plug)
    for device in ("board-0", "cabinet"):
        box.wait_for_device(device, "ready")
    box.command("lockers", "out-of-service", "1", "--reason", "test")
    box.enter("bay-1", box.issue_code())
    box.prompt("load")
    hardware.do(hardware.board.unplug)
    hardware.do(hardware.cabinet.unplug)
    for device in ("board-0", "cabinet"):
        box.wait_for_device(device, "unreachable")
    hardware.do(hardware.board.plug)
    hardware.do(hardware.cabinet.plug)
    for device in ("board-0", "cabinet"):
        box.wait_for_device(device, "ready")
    assert box.pulses(1) == box.pulses(2) == 0
    box.say(box.prompt("load"), "loaded")
    take = box.prompt("take")
    box.door(2, "closed")
    wait_until("closed", lambda: box.snapshot()["lockers"][1]["door"] == "closed")
    box.say(take, "completed")
    assert box.ended()["state"] == "ready"
    assert box.pulses(2) == 1
    box.check_invariants()
