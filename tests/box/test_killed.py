"""Killed at any moment, the box carries on where it was; nothing is lost, doubled or opened."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.box.booth import Booth, wait_until
from tests.box.conftest import QUICK
from tests.box.going_on import go_on_to_the_end
from tests.box.kept import Kept, KeptBooth, going_on_with


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[Kept[KeptBooth]]:
    def make(new: Path) -> KeptBooth:
        return KeptBooth(new, QUICK, temporal_made_before)

    with contextlib.closing(Kept(make, tmp_path_factory.mktemp("kept"))) as kept:
        yield kept


@pytest.fixture
def kept_booth(kept: Kept[KeptBooth], request: pytest.FixtureRequest) -> Iterator[KeptBooth]:
    """One booth for all points: most faults start it again."""
    yield from going_on_with(kept, request)


FAULTS: dict[str, Callable[[Booth], None]] = {}


def fault(what: Callable[[Booth], None]) -> Callable[[Booth], None]:
    FAULTS[what.__name__] = what
    return what


@fault
def the_daemon_is_killed(booth: Booth) -> None:
    booth.kill()
    booth.start()


@fault
def the_server_is_killed(booth: Booth) -> None:
    booth.kill_server()
    wait_until("the box notices", lambda: not booth.is_ready())
    wait_until("the box answers again", booth.is_ready)


@fault
def temporal_s_database_is_lost(booth: Booth) -> None:
    booth.kill()
    booth.delete_temporal_database()
    booth.start()


def to_load(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")


def to_load_with_another_prize(booth: Booth) -> None:
    to_load(booth)
    booth.say(booth.prompt("load"), "substituted", sku="t-shirt")
    wait_until("t-shirt", lambda: booth.prompt("load")["prize"]["sku"] == "t-shirt")


def to_jam(booth: Booth) -> None:
    booth.fault("locker-1", "jam")
    to_load(booth)
    booth.say(booth.prompt("load"), "loaded")
    booth.prompt("jam")
    booth.fault("locker-1", "unjam")


def to_waiting_for_the_door(booth: Booth) -> None:
    booth.fault("locker-1", "jam")
    to_load(booth)
    booth.answer(booth.prompt("load"), "loaded")


def to_ask(booth: Booth) -> None:
    """Locker 4 has no door switch: the operator says whether it opened."""
    out = booth.command("lockers", "out-of-service", "3", "--reason", "test")
    assert out.returncode == 0, out.stderr
    booth.enter("bay-2", booth.issue_code())
    booth.say(booth.prompt("load", "bay-2"), "loaded")
    booth.prompt("ask", "bay-2")


def to_take(booth: Booth) -> None:
    to_load(booth)
    booth.say(booth.prompt("load"), "loaded")
    booth.prompt("take")


POINTS = [
    to_load,
    to_load_with_another_prize,
    to_waiting_for_the_door,
    to_ask,
    to_jam,
    to_take,
]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("reach", POINTS, ids=lambda reach: reach.__name__)
def test_at_every_awaited_point_the_box_carries_on(
    kept_booth: KeptBooth, reach: Callable[[Booth], None], name: str
) -> None:
    booth = kept_booth
    reach(booth)
    before = [booth.pulses(locker) for locker in (1, 4)]
    prompt = booth.snapshot()["prompts"]
    FAULTS[name](booth)
    assert [booth.pulses(locker) for locker in (1, 4)] == before, "a start opened a door"
    if reach is not to_waiting_for_the_door:
        again = booth.snapshot()["prompts"]
        assert [(p["id"], p["title"]) for p in again] == [(p["id"], p["title"]) for p in prompt]
    booth.fault("locker-1", "unjam")
    booth.check_invariants()
    go_on_to_the_end(booth)
    assert booth.dispensed() == 1
    booth.check_invariants()


@pytest.mark.parametrize(
    ("point", "pulses_before", "stage"),
    [
        ("between intent and pulse", 0, "ask"),
        ("between pulse and result", 1, "ask"),
        ("after the result", 1, "ask"),
        ("before the opening is settled", 1, "ask"),
    ],
)
@pytest.mark.parametrize("answer", ["opened", "again"])
def test_killed_around_the_pulse_it_is_never_repeated_but_asked_about(
    new_booth: Callable[..., Booth], point: str, pulses_before: int, stage: str, answer: str
) -> None:
    booth = new_booth()
    booth.start(dying_at=point)
    if point == "after the result":  # it has a commit of its own while the door is waited for
        booth.fault("locker-1", "jam")
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    with contextlib.suppress(httpx.TransportError):  # it may be told that it was taken, or not
        booth.answer(load, "loaded")
    booth.wait_for_death()
    booth.start()
    booth.fault("locker-1", "unjam")
    question = booth.prompt(stage)
    assert booth.pulses(1) == pulses_before
    booth.check_invariants()
    booth.door(1, "closed")
    if answer == "opened":
        booth.say(question, "opened")
    else:
        booth.say(question, "jammed")
        booth.say(booth.prompt("jam"), "jammed", remedy="again")
    go_on_to_the_end(booth)
    assert booth.pulses(1) == pulses_before + (answer == "again")
    assert booth.stock("mug")["dispensed"] == 1
    booth.check_invariants()


def test_killed_after_a_door_sprang_open_the_box_goes_on_at_the_open_door(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start(dying_at="after the result")
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    with contextlib.suppress(httpx.TransportError):  # it may be told that it was taken, or not
        booth.answer(load, "loaded")
    booth.wait_for_death()
    booth.start()
    booth.prompt("take")
    go_on_to_the_end(booth)
    assert booth.pulses(1) == 1
    booth.check_invariants()


def test_an_unknown_outcome_is_named_as_such(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth()
    booth.start(dying_at="between pulse and result")
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    with contextlib.suppress(httpx.TransportError):  # it may be told that it was taken, or not
        booth.answer(load, "loaded")
    booth.wait_for_death()
    booth.start()
    ask = booth.prompt("ask")
    assert "interrupted" in ask["title"] + ask["text"]


def test_a_code_typed_right_before_the_end_is_good_again(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth()
    booth.start(dying_at="before the claim")
    code = booth.issue_code()
    with contextlib.suppress(httpx.TransportError):  # the touch itself may be answered before
        booth.enter("bay-1", code)
    booth.wait_for_death()
    booth.start()
    booth.enter("bay-1", code)
    booth.prompt("load")
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_a_claim_committed_right_before_the_end_goes_on(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth()
    booth.start(dying_at="after the claim")
    code = booth.issue_code()
    with contextlib.suppress(httpx.TransportError):  # the touch itself may be answered before
        booth.enter("bay-1", code)
    booth.wait_for_death()
    booth.start()
    booth.prompt("load")
    go_on_to_the_end(booth)
    assert booth.stock("mug")["dispensed"] == 1
    booth.check_invariants()


@pytest.mark.parametrize("point", ["before the answer", "before the intent", "after the answer"])
def test_a_confirmation_is_either_kept_or_asked_for_again(
    new_booth: Callable[..., Booth], point: str
) -> None:
    booth = new_booth()
    booth.start(dying_at=point)
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    with pytest.raises(Exception, match=r"disconnected|reset"):
        booth.answer(load, "loaded")
    booth.wait_for_death()
    booth.start()
    booth.prompt("ask" if point == "after the answer" else "load")
    assert booth.pulses(1) == 0
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_a_completion_that_temporal_did_not_hear_of_ends_its_workflow(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth()
    booth.start()
    to_take(booth)
    assert booth.stop() == 0
    booth.start(dying_at="after the answer")
    take = booth.prompt("take")
    booth.door(1, "closed")
    with pytest.raises(Exception, match=r"disconnected|reset"):
        wait_until("the door is seen shut", lambda: booth.answer(take, "completed").is_success)
    booth.wait_for_death()
    booth.start()
    booth.ended()
    running = ("temporal", "workflow", "list", "--query", "ExecutionStatus='Running'", "-o", "json")
    wait_until("no workflow is left", lambda: "redemption-" not in booth.command(*running).stdout)
    assert booth.stock("mug")["dispensed"] == 1
    booth.check_invariants()


@pytest.mark.parametrize("stage", ["load", "jam"])
def test_a_locker_that_left_the_configuration_becomes_a_question(booth: Booth, stage: str) -> None:
    reach = to_load if stage == "load" else to_jam
    reach(booth)
    assert booth.stop() == 0
    text = booth.config.read_text(encoding="utf-8")
    text, removed = re.subn(r"\[\[lockers\]\]\nid = 1\n(?:.+\n)+", "", text)
    assert removed == 1
    booth.config.write_text(text, encoding="utf-8")
    booth.start()
    prompt = booth.prompt(stage)
    kind, more = ("loaded", {}) if stage == "load" else ("jammed", {"remedy": "again"})
    booth.say(prompt, kind, **more)
    jam = wait_until(
        "a question again", lambda: (p := booth.prompt("jam"))["id"] != prompt["id"] and p
    )
    booth.say(jam, "jammed", remedy="other_locker")
    go_on_to_the_end(booth)
    assert booth.stock("mug")["dispensed"] == 1
    booth.check_invariants()


def test_an_override_works_while_temporal_is_down(booth: Booth) -> None:
    wrong = booth.command("lockers", "open", "9", "--reason", "stuck prize")
    assert wrong.returncode == 1
    booth.kill_server()
    done = booth.command("lockers", "open", "2", "--reason", "stuck prize")
    assert done.returncode == 0, done.stderr
    assert booth.pulses(2) == 1
    wait_until("the box answers again", booth.is_ready)
    booth.check_invariants()


def test_an_override_works_without_the_daemon_and_not_beside_it(booth: Booth) -> None:
    words = ("lockers", "open", "2", "--reason", "stuck prize", "--direct", "--yes")
    beside = booth.command(*words)
    assert beside.returncode == 1
    booth.kill()
    alone = booth.command(*words)
    assert alone.returncode == 0, alone.stderr
    booth.start()
    assert booth.pulses(2) == 1
    booth.check_invariants()
