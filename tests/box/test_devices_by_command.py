"""The devices as a builder meets them: list, watch and test, on a whole booth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.box.booth import Booth, wait_until
from tests.box.person import Person

Json = dict[str, Any]
KEYS = [*"0123456789", "Cancel", "Enter"]


@pytest.fixture
def person(shared_booth: Booth) -> Iterator[Callable[..., Person]]:
    """Lets somebody run a command at a terminal."""
    people: list[Person] = []

    def run(*words: str) -> Person:
        people.append(Person(shared_booth, *words))
        return people[-1]

    yield run
    for one in people:
        one.close()


def _lit(booth: Booth, bay: str = "bay-1") -> set[str]:
    lamps = booth.front()["bays"][bay]["lamps"]
    return {lamp for lamp, lit in lamps.items() if lit}


def _is_back(booth: Booth) -> bool:
    bay = booth.bay("bay-1")
    return _lit(booth) == {"success"} and bay["state"] == "ready" and bay["typed"] == 0


def _takes_codes(booth: Booth) -> None:
    """A code typed now is heard and answered."""
    booth.enter("bay-1", "00000000")
    booth.wait_for_bay("bay-1", "ready")
    wait_until(
        "an answer to the code", lambda: "no such code" in booth.bay("bay-1")["last"]["text"]
    )


def _latch_edges(booth: Booth) -> list[Json]:
    return [line for line in booth.trace() if line["what"] == "latch"]


def _see_the_lamps_of_board_0(booth: Booth, person: Person) -> None:
    for lamp in ("standby", "success", "failure"):
        person.sees(f"Did the {lamp} lamp of board-0 light?")
        assert _lit(booth) == {lamp}
        person.types("y")
    person.answers("Did board-0 beep?", "y")


def test_a_board_is_walked_through_and_put_back(
    shared_booth: Booth, person: Callable[..., Person], tmp_path: Path
) -> None:
    file = tmp_path / "report.json"
    tester = person("devices", "test", "board-0", "--report", str(file))
    _see_the_lamps_of_board_0(shared_booth, tester)
    tester.sees("Press each key of board-0 once")
    shared_booth.type_keys("bay-1", *KEYS)
    tester.answers("Open locker 1 now, by the latch of board-0?", "y")
    tester.sees("Locker 1 is open: close it")
    shared_booth.door(1, "closed")
    code, printed = tester.ends()
    assert (code, "6 passed" in printed) == (0, True)
    rows = {row["part"]: row["result"] for row in json.loads(file.read_text())["rows"]}
    assert rows == {
        **{f"{lamp} lamp": "passed" for lamp in ("standby", "success", "failure")},
        **dict.fromkeys(("buzzer", "keys", "latch"), "passed"),
    }
    wait_until("everything is back", lambda: _is_back(shared_booth))
    assert "override: devices test" in shared_booth.command("audit", "tail").stdout
    shared_booth.check_invariants()


def test_no_latch_moves_without_a_yes(shared_booth: Booth, person: Callable[..., Person]) -> None:
    pulses = shared_booth.pulses(1)
    tester = person("devices", "test", "board-0", "--restart-sensor")
    _see_the_lamps_of_board_0(shared_booth, tester)
    tester.answers("Press each key of board-0 once", "")
    tester.answers("A second, and locker 1 MAY OPEN for it: stand there", "")
    tester.answers("Open locker 1 now", "")
    code, printed = tester.ends()
    assert (code, "nobody said yes to opening it" in printed) == (0, True)
    assert "nobody said yes to restarting it" in printed
    assert "0 of 12 heard" in printed
    assert shared_booth.pulses(1) == pulses


def test_a_lamp_that_nobody_sees_fails(shared_booth: Booth, person: Callable[..., Person]) -> None:
    tester = person("devices", "test", "board-0", "--json")
    tester.answers("Did the standby lamp of board-0 light?", "what?")
    tester.answers("Did the standby lamp of board-0 light?", "n")
    tester.sees("Did the success lamp of board-0 light?")
    tester.presses_ctrl_c()
    code, printed = tester.ends()
    report = json.loads(printed)
    assert (code, report["good"], report["stopped"]) == (1, False, "stopped by Ctrl-C")
    assert [(row["part"], row["result"]) for row in report["rows"]] == [("standby lamp", "failed")]
    wait_until("everything is back", lambda: _is_back(shared_booth))


@pytest.mark.parametrize("how", ["is_killed", "leaves", "presses_ctrl_c"])
def test_however_the_tester_goes_everything_is_put_back(
    shared_booth: Booth, person: Callable[..., Person], how: str
) -> None:
    tester = person("devices", "test")
    tester.sees("Did the standby lamp of board-0 light?")
    shared_booth.type_keys("bay-1", "1", "2", "Enter")
    assert _lit(shared_booth) == {"standby"}
    bay = shared_booth.bay("bay-1")
    assert (bay["state"], bay["typed"]) == ("out_of_service", 0)
    assert "board-0 is being tested by" in bay["text"]
    getattr(tester, how)()
    wait_until("everything is back", lambda: _is_back(shared_booth), 2)
    _takes_codes(shared_booth)


def test_doors_are_opened_and_shut_by_hand(
    shared_booth: Booth, person: Callable[..., Person]
) -> None:
    tester = person("devices", "test", "door-pad", "--json")
    tester.sees("Open and close door-1 of door-pad (locker 1)")
    shared_booth.door(1, "open")
    shared_booth.door(1, "closed")
    tester.sees("Open and close door-2 of door-pad (locker 2)")
    shared_booth.door(2, "open")
    tester.types("")
    tester.sees("Open and close door-3")
    shared_booth.door(2, "closed")
    tester.types("")
    code, printed = tester.ends()
    rows = json.loads(printed)["rows"]
    assert (code, [(row["part"], row["result"]) for row in rows]) == (
        0,
        [("door-1", "passed"), ("door-2", "skipped"), ("door-3", "skipped")],
    )
    wait_until("everything is back", lambda: _is_back(shared_booth))


def test_a_second_tester_is_told_to_wait(
    shared_booth: Booth, person: Callable[..., Person]
) -> None:
    first = person("devices", "test", "board-1")
    first.sees("Did the standby lamp of board-1 light?")
    second = shared_booth.command("devices", "test", "board-0")
    assert second.returncode == 1
    assert "has been testing devices (board-1 now)" in second.stderr
    assert _lit(shared_booth) == {"success"}
    first.is_killed()
    wait_until("bay-2 serves", lambda: shared_booth.bay("bay-2")["state"] == "ready")


def test_a_device_whose_bay_serves_somebody_is_left_alone(
    shared_booth: Booth, person: Callable[..., Person]
) -> None:
    shared_booth.enter("bay-1", shared_booth.issue_code())
    load = shared_booth.prompt("load")
    refused = shared_booth.command("devices", "test", "board-2")
    assert refused.returncode == 1
    assert "serves somebody (Waiting for Mug in locker 1)" in refused.stderr
    tester = person("devices", "test", "--quick")
    tester.sees("Did the standby lamp of board-1 light?")
    tester.presses_ctrl_c()
    code, printed = tester.ends()
    assert (code, printed.count("can't be tested now")) == (1, 1)
    shared_booth.say(load, "declined")
    shared_booth.ended()
    shared_booth.wait_for_bay("bay-1", "ready")


def test_the_unattended_test_asks_nothing_and_moves_no_latch(shared_booth: Booth) -> None:
    before = _latch_edges(shared_booth)
    good = shared_booth.command("devices", "test", "--unattended", "--json")
    assert (good.returncode, json.loads(good.stdout)["good"]) == (0, True)
    shared_booth.fault("board-3", "unplug")
    wait_until("it is noticed", lambda: _state(shared_booth, "board-3") == "unreachable")
    bad = shared_booth.command("devices", "test", "--unattended", "--json")
    failed = [row for row in json.loads(bad.stdout)["rows"] if row["result"] == "failed"]
    assert (bad.returncode, [row["device"] for row in failed]) == (1, ["board-3"])
    assert "check its cable" in failed[0]["remark"]
    shared_booth.fault("board-3", "replug")
    wait_until("it is back", lambda: _state(shared_booth, "board-3") == "ready")
    assert _latch_edges(shared_booth) == before


def _state(booth: Booth, device: str) -> str:
    return str(next(d["state"] for d in booth.snapshot()["devices"] if d["name"] == device))


def test_what_happens_is_watched_with_digits_hidden(
    shared_booth: Booth, person: Callable[..., Person]
) -> None:
    watcher = person("devices", "watch", "--json")
    shown = person("devices", "watch", "board-0", "--show-keys")
    watcher.sees("digits typed at bays are hidden")
    shown.sees("digits are shown")
    assert "typed_digits.watched" in shared_booth.log()
    shared_booth.type_keys("bay-1", "4", "Cancel")
    shared_booth.door(1, "open")
    shared_booth.door(1, "closed")
    watcher.prints('"closed"')
    shown.prints("Cancel    released")
    watcher.presses_ctrl_c()
    shown.presses_ctrl_c()
    code, printed = watcher.ends()
    assert code == 0
    told = [json.loads(line) for line in printed.splitlines()]
    keys = [what["part"] for what in told if what["what"] == "key"]
    assert keys == ["digit", "digit", "Cancel", "Cancel"]
    doors = [(what["part"], what["value"]) for what in told if what["what"] == "door"]
    assert doors == [("door-1", "open"), ("door-1", "closed")]
    code, printed = shown.ends()
    assert code == 0
    assert "key       4" in printed
    assert "door" not in printed


def test_a_list_shows_parts_and_who_is_believed(shared_booth: Booth) -> None:
    printed = shared_booth.command("devices", "list").stdout
    assert "door switch door-pad.door-1" in printed
    assert "nothing: the operator is asked" in printed
    assert "keypad, lamps standby success failure, buzzer, latch" in printed
