"""The whole box on real MIDI ports, with hardware that lives on when the daemon dies."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from boxd.midi.jack import IS_INPUT, IS_OUTPUT, JackServer
from tests.box.booth import Json, wait_until
from tests.box.jack_booth import FRONT, INSIDE, PAD, JackBooth, moment
from tests.midi.jackd import jack_server

WAYS = (IS_INPUT, IS_OUTPUT)
NOBODY = f'"{FRONT}" isn\'t connected; check its cable'


@pytest.fixture
def jackd(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A JACK server of its own: one that killed clients have left may lose another's messages."""
    (tmp_path / "jack").mkdir()
    with jack_server(tmp_path / "jack") as server:
        yield server


@pytest.fixture
def unstarted(
    jackd: subprocess.Popen[bytes], tmp_path: Path, temporal_made_before: Path
) -> Iterator[JackBooth]:
    """A box whose hardware is plugged in, and whose daemon is not started yet."""
    made = JackBooth(tmp_path / "box", temporal_made_before)
    made.plug(FRONT, INSIDE, PAD)
    yield made
    made.close()
    shutil.rmtree(made.state, ignore_errors=True)


@pytest.fixture
def booth(unstarted: JackBooth) -> JackBooth:
    """A box whose hardware is plugged in, ready for codes."""
    unstarted.start()
    unstarted.stock_up()
    unstarted.wait_for_light("success")
    return unstarted


def to_load(booth: JackBooth) -> Json:
    booth.enter("bay-1", booth.issue_code())
    return booth.prompt("load")


def to_ask(booth: JackBooth) -> Json:
    booth.say(to_load(booth), "loaded")
    return booth.prompt("ask")


def to_take(booth: JackBooth) -> Json:
    booth.say(to_ask(booth), "opened")
    return booth.prompt("take")


def finish(booth: JackBooth, if_jammed: str = "") -> None:
    """Do what the HUD says until the bay is ready again, and hold the invariants."""
    kinds = {"load": "loaded", "ask": "opened", "take": "completed"}

    def nothing_is_asked() -> bool:
        prompts = booth.snapshot()["prompts"]
        for prompt in prompts:
            if prompt["stage"] == "take":
                booth.door(prompt["locker"], "closed")
            if prompt["stage"] in kinds:
                booth.answer(prompt, kinds[prompt["stage"]])
            if if_jammed and prompt["stage"] == "jam":
                booth.answer(prompt, "jammed", remedy=if_jammed)
        return not prompts

    wait_until("nothing is asked any more", nothing_is_asked, 30)
    booth.wait_for_light("success")
    booth.check_invariants()


def test_bytes_over_jack_lead_from_a_code_to_one_pulse_and_back(booth: JackBooth) -> None:
    load = to_load(booth)
    assert load["locker"] == 1
    wait_until("the standby lamp blinks", lambda: booth.lit(FRONT) == {"standby"})
    wait_until("the standby lamp blinks", lambda: booth.lit(FRONT) == set())
    assert booth.pulses(1) == 0
    booth.say(load, "loaded")
    ask = booth.prompt("ask")
    wait_until("one pulse", lambda: booth.pulses(1) == 1)
    booth.say(ask, "opened")
    booth.prompt("take")
    finish(booth)
    orders = [e["bytes"] for e in booth.seen("bytes", FRONT)]
    assert orders.count("f07d6001f7") == 1
    assert booth.pulses(1) == 1 and booth.pulses(2) == 0
    assert booth.stock("mug")["dispensed"] == 1


def test_the_operator_s_board_leads_through_it_with_a_door_that_tells(booth: JackBooth) -> None:
    out = booth.command("lockers", "out-of-service", "1", "--reason", "test")
    assert out.returncode == 0, out.stderr
    assert to_load(booth)["locker"] == 2
    press_until_past(booth, "load")
    booth.prompt("take")
    assert locker(booth, 2)["door"] == "open"
    assert booth.pulses(2) == 1
    booth.door(2, "closed")
    wait_until("the switch says closed", lambda: locker(booth, 2)["door"] == "closed")
    press_until_past(booth, "take")
    finish(booth)
    assert (booth.pulses(1), booth.pulses(2)) == (0, 1)
    assert booth.stock("mug")["dispensed"] == 1


def press_until_past(booth: JackBooth, stage: str) -> None:
    """Press Enter, and again while nothing came of it: the keys are deaf for a moment."""

    def is_past() -> bool:
        return stage not in [prompt["stage"] for prompt in booth.snapshot()["prompts"]]

    def is_past_by_now() -> bool:
        if is_past():
            return True
        before = len(booth.seen("key", INSIDE))
        booth.press_operator("Enter")
        # A board that pulses does not hear that its key is let go.
        wait_until(
            "the tap is over, or it is past",
            lambda: len(booth.seen("key", INSIDE)) >= before + 2 or is_past(),
        )
        return False

    wait_until(f"Enter leads past {stage}", is_past_by_now)


def locker(booth: JackBooth, number: int) -> Json:
    return next(each for each in booth.snapshot()["lockers"] if each["id"] == number)


def test_a_killed_daemon_goes_on_with_the_boards_that_outlived_it(booth: JackBooth) -> None:
    load = to_load(booth)
    kill_and_start(booth, load, "standby")
    booth.say(load, "loaded")
    ask = booth.prompt("ask")
    kill_and_start(booth, ask, "standby")
    booth.say(ask, "opened")
    kill_and_start(booth, booth.prompt("take"), "success")
    finish(booth)
    assert booth.pulses(1) == 1
    assert booth.stock("mug")["dispensed"] == 1


def kill_and_start(booth: JackBooth, asked: Json, shown: str) -> None:
    """A power cut for the daemon alone: the same is asked, the lamps show it, nothing opens."""
    wait_for_rest(booth)
    pulses = booth.pulses(1)
    booth.kill()
    booth.check_invariants()
    restarted = moment()
    booth.start()
    again = booth.prompt(asked["stage"])
    assert (again["id"], again["title"]) == (asked["id"], asked["title"])
    for name in ("board-0", "board-1", "door-pad"):
        booth.wait_for_device(name, "ready")
    wait_until("lit anew", lambda: blinks(booth, shown, restarted))
    assert booth.pulses(1) == pulses


def wait_for_rest(booth: JackBooth) -> None:
    """Wait until no latch is energised."""
    wait_until("at rest", lambda: len(booth.seen("latch", FRONT)) == 2 * booth.pulses(1))


def blinks(booth: JackBooth, lamp: str, since: float) -> bool:
    """Whether a lamp of the bay went on and off since a moment."""
    changes = [e["lit"] for e in booth.seen("lamp", FRONT, since) if e["lamp"] == lamp]
    return {True, False} <= set(changes)


def test_a_code_typed_right_before_the_end_is_good_again(unstarted: JackBooth) -> None:
    booth = unstarted
    booth.start(dying_at="before the claim")
    booth.stock_up()
    booth.wait_for_light("success")
    code = booth.issue_code()
    booth.enter("bay-1", code)
    booth.wait_for_death()
    assert not booth.lit(FRONT) & {"failure"}, "nobody is told no by a box that ends"
    booth.start()
    booth.wait_for_light("success")
    booth.enter("bay-1", code)
    booth.prompt("load")
    finish(booth)
    assert (booth.pulses(1), booth.stock("mug")["dispensed"]) == (1, 1)


@pytest.mark.parametrize(
    ("point", "possible"),
    [("between intent and pulse", {0}), ("between pulse and result", {0, 1})],
    ids=["before the pulse", "after the pulse"],
)
def test_killed_around_the_pulse_the_boards_see_no_second_one(
    unstarted: JackBooth, point: str, possible: set[int]
) -> None:
    booth = unstarted
    booth.start(dying_at=point)
    booth.stock_up()
    load = to_load(booth)
    # The answer may be told before a pulse is over, and with it its board's word.
    with suppress(httpx.TransportError):
        booth.answer(load, "loaded")
    booth.wait_for_death()
    booth.start()
    ask = booth.prompt("ask")
    booth.wait_for_device("board-0", "ready")
    pulses = booth.pulses(1)
    assert pulses in possible
    booth.check_invariants()
    booth.say(ask, "jammed")
    jam = booth.prompt("jam")
    assert booth.pulses(1) == pulses
    booth.say(jam, "jammed", remedy="again")
    booth.prompt("ask")
    wait_until("the pulse that a person asked for", lambda: booth.pulses(1) == pulses + 1)
    finish(booth)


def test_without_a_killed_board_the_rest_works_and_its_return_opens_nothing(
    booth: JackBooth,
) -> None:
    load = to_load(booth)
    kill_board(booth, load)
    open_the_other(booth)
    wait_until("its door tells", lambda: locker(booth, 2)["door"] == "open")
    booth.door(2, "closed")
    assert booth.pulses(2) == 1
    bring_board_back(booth)

    booth.say(load, "loaded")
    kill_board(booth, booth.prompt("ask"))
    bring_board_back(booth)
    finish(booth)
    assert (booth.pulses(1), booth.stock("mug")["dispensed"]) == (1, 1)


def open_the_other(booth: JackBooth) -> None:
    """Open locker 2 by hand: again while its board is missed and nothing was sent.

    A client that ends holds a JACK server up for ten client timeouts, and the other board's echo
    with it: boxd misses that board for a second.
    """

    def is_opened() -> bool:
        done = booth.command("lockers", "open", "2", "--reason", "the rest works")
        assert done.returncode == 0 or "nothing was sent" in done.stdout, done.stdout + done.stderr
        return done.returncode == 0

    wait_until("locker 2 opens", is_opened)


def kill_board(booth: JackBooth, asked: Json) -> None:
    """The front's board dies: the HUD says so, and asks on."""
    wait_for_rest(booth)
    booth.units[FRONT].kill()
    wait_until("why", lambda: booth.device("board-0")["why"] == NOBODY)
    # Until the server has let go of the last client of a killed program, messages may be lost.
    with closing(JackServer()) as server:
        wait_until(
            "JACK lets go of it",
            lambda: not any(FRONT in port for flag in WAYS for port in server.ports(flag)),
        )
    assert booth.bay("bay-1")["keypad"] == "unreachable"
    assert locker(booth, 1)["latch"] == "unreachable"
    assert booth.prompt(asked["stage"])["id"] == asked["id"]


def bring_board_back(booth: JackBooth) -> None:
    """The front's board returns: it is shown what it should show, and told nothing else."""
    pulses, returned = booth.pulses(1), moment()
    booth.plug(FRONT)
    booth.wait_for_device("board-0", "ready")
    wait_until("lit anew", lambda: blinks(booth, "standby", returned))
    sent = {event["bytes"][4:6] for event in booth.seen("bytes", FRONT, returned)}
    assert sent == {"20", "30", "40"}, "a return is answered with lamps alone"
    assert booth.pulses(1) == pulses


def test_an_unlock_while_the_board_is_gone_is_a_jam_with_its_reason(booth: JackBooth) -> None:
    load = to_load(booth)
    booth.units[FRONT].pull()
    # An order into a board that is still listed has no outcome that anybody knows.
    wait_until("both its ports are gone", lambda: booth.device("board-0")["why"] == NOBODY)
    booth.say(load, "loaded")
    jam = booth.prompt("jam")
    device = booth.device("board-0")
    assert (device["state"], device["why"]) == ("unreachable", NOBODY)
    assert locker(booth, 1)["latch"] == "unreachable"
    tried = booth.http.get(f"/api/v1/redemptions/{load['redemption']}").json()["actuations"]
    assert [(each["outcome"], NOBODY in each["note"]) for each in tried] == [("failed", True)]
    booth.check_invariants()
    take_the_other_locker(booth, jam)
    assert booth.prompt("load")["locker"] == 2
    booth.plug(FRONT)
    finish(booth, if_jammed="again")  # the other board may be missed for a second, as above
    assert (booth.pulses(1), booth.pulses(2)) == (0, 1)


def take_the_other_locker(booth: JackBooth, jam: Json) -> None:
    """Ask for it, and again while its board is missed, as above."""

    def is_taken() -> bool:
        reply = booth.answer(jam, "jammed", remedy="other_locker")
        assert reply.is_success or "has no other free locker" in reply.text
        return reply.is_success

    wait_until("another locker", is_taken)


def test_ended_in_good_order_it_leaves_dark_lamps_and_jack_alive(
    booth: JackBooth, jackd: subprocess.Popen[bytes]
) -> None:
    to_load(booth)
    assert booth.stop() == 0
    wait_until("all lamps out", lambda: booth.lit(FRONT) == set(), 1)
    assert jackd.poll() is None
    assert booth.units[FRONT].is_running
    assert booth.pulses(1) == 0
    booth.start()
    booth.prompt("load")
    finish(booth)
    assert booth.pulses(1) == 1


def test_two_boards_of_one_name_are_named_and_neither_is_used(
    booth: JackBooth, tmp_path: Path
) -> None:
    twin = booth.plug_twin(FRONT, tmp_path / "twin.jsonl")
    device = booth.wait_for_device("board-0", "unreachable")
    assert device["why"] == f'2 devices call themselves "{FRONT}"; unplug one'
    since = moment()
    refused = booth.command("lockers", "open", "1", "--reason", "test")
    assert refused.returncode == 1
    assert "2 devices call themselves" in refused.stdout
    assert not booth.seen("bytes", FRONT, since)
    twin.pull()
    booth.wait_for_device("board-0", "ready")
    assert b'"bytes"' not in (tmp_path / "twin.jsonl").read_bytes()
    to_load(booth)
    finish(booth)
    assert booth.pulses(1) == 1
