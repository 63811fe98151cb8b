"""A whole box, its server included, whose wall clock jumps while it works."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.box.booth import Booth, wait_until
from tests.box.going_on import go_on_to_the_end
from tests.clock.conftest import TurnedBooth
from tests.clock.turned import needs_x86

pytestmark = needs_x86

HOUR, DAY = 3600.0, 86400.0
HOURS_5 = 5 * HOUR
LATER = 30.0
BY_COMMAND_S = 1.0  # between two commands of Temporal's, each a sixth of a second of computing
MUCH_LATER = datetime.max.replace(tzinfo=UTC)


def clock_alarms(booth: Booth) -> list[str]:
    return [str(a["text"]) for a in booth.snapshot()["alarms"] if a["kind"] == "clock"]


def clock_is(booth: Booth, said: str) -> None:
    """Wait until the box has noticed how its clock is; empty for right."""
    wait_until(
        f"an alarm about the clock with {said!r}",
        lambda: said in (t := "".join(clock_alarms(booth))) and bool(t) == bool(said),
    )


def box_time(booth: Booth) -> datetime:
    return datetime.fromisoformat(booth.ask_socket("GET", "/api/v1/clock")["box"])


def wait_for_timers(booth: Booth, workflow: str, event: str, count: int) -> None:
    """Wait until a workflow's history has so many timers started, or fired."""
    show = ("temporal", "workflow", "show", "-w", workflow, "--output", "json")
    name = f"EVENT_TYPE_TIMER_{event}"
    what = f"{count} timers {event.lower()}"
    wait_until(what, lambda: booth.command(*show).stdout.count(name) >= count, 40, BY_COMMAND_S)


def alarm_kinds(booth: Booth) -> set[str]:
    return {str(alarm["kind"]) for alarm in booth.snapshot()["alarms"]}


def expiring(at: datetime) -> tuple[str, str]:
    return (r'id = "demo"', f'id = "demo"\nexpires_at = {at.isoformat(timespec="seconds")}')


def task_state(booth: Booth, task: str) -> str:
    return str(booth.ask_socket("GET", f"/api/v1/tasks/{task}")["task"]["state"])


def task_workflow(booth: Booth, task: str) -> str:
    described = booth.command("temporal", "workflow", "describe", "-w", f"task-{task}@box-1").stdout
    return "running" if "RUNNING" in described.upper() else "ended"


def code_states(booth: Booth) -> set[str]:
    codes = booth.ask_socket("GET", "/api/v1/codes")["codes"]
    return {str(each["state"]) for each in codes if each["attendee"] == "attendee"}


def code_expiry(booth: Booth, number: Any) -> datetime:
    code = booth.ask_socket("GET", f"/api/v1/codes/{number}")["code"]
    return datetime.fromisoformat(code["expires_at"])


@pytest.mark.parametrize("jump_s", [-40 * DAY, -HOURS_5, HOURS_5, 40 * DAY])
def test_a_redemption_goes_on_across_a_jump_that_nothing_confirms(
    new_turned: Callable[..., TurnedBooth], jump_s: float
) -> None:
    made = new_turned()
    booth, clock = made.booth, made.clock
    booth.start()
    first, second = booth.issue_code("mug"), booth.issue_code("mug")
    booth.enter("bay-1", first)
    booth.prompt("load")
    clock.turn(jump_s)
    clock_is(booth, "behind" if jump_s < 0 else "ahead")
    wait_until("ready", booth.is_ready, LATER)
    go_on_to_the_end(booth)
    booth.enter("bay-1", second)
    booth.prompt("load")
    go_on_to_the_end(booth)
    assert code_states(booth) == {"spent"}
    clock.turn(0)
    clock_is(booth, "")
    booth.check_invariants()


def test_nobody_is_reminded_because_the_clock_jumped_ahead(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned()
    booth, clock = made.booth, made.clock
    booth.start()
    booth.enter("bay-1", booth.issue_code("mug"))
    workflow = f"redemption-{booth.prompt('load')['redemption']}@box-1"
    wait_for_timers(booth, workflow, "STARTED", 1)
    clock.turn(HOURS_5)
    wait_for_timers(booth, workflow, "FIRED", 1)
    wait_for_timers(booth, workflow, "STARTED", 2)
    clock_is(booth, "5 h 0 min ahead")
    assert "nobody_comes" not in alarm_kinds(booth)
    go_on_to_the_end(booth)


def test_somebody_is_reminded_although_the_clock_went_back(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned((r"# reminder_first_s = .*", "reminder_first_s = 4"))
    booth, clock = made.booth, made.clock
    booth.start()
    booth.enter("bay-1", booth.issue_code("mug"))
    booth.prompt("load")
    clock.turn(-HOURS_5)
    wait_until("a reminder", lambda: "nobody_comes" in alarm_kinds(booth), LATER)
    assert "temporal_set_aside" in alarm_kinds(booth)
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_housekeeping_is_planned_anew_when_the_clock_went_back(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned()
    booth, clock = made.booth, made.clock
    booth.start()
    clock.turn(-HOURS_5)
    wait_until("set aside", lambda: "temporal_set_aside" in alarm_kinds(booth), LATER)

    def next_runs() -> list[datetime]:
        listed = booth.command("schedules", "list", "--json")
        plans = [] if listed.returncode else json.loads(listed.stdout)["schedules"]
        return [datetime.fromisoformat(each["next_at"]) for each in plans]

    within_the_hour = datetime.now(UTC) + timedelta(hours=1, seconds=-HOURS_5)
    wait_until(
        "a run within the hour", lambda: min(next_runs(), default=MUCH_LATER) < within_the_hour, 30
    )


def test_a_task_does_not_expire_by_a_jump_ahead_until_a_time_server_confirms_it(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned(expiring(datetime.now(UTC) + timedelta(hours=2)))
    booth, clock = made.booth, made.clock
    booth.start()
    body = {"kind": "demo", "attendee": "ada", "actor": "app"}
    task = str(booth.ask_socket("POST", "/api/v1/tasks", body)["task"]["id"])
    wait_for_timers(booth, f"task-{task}@box-1", "STARTED", 1)
    clock.turn(HOURS_5)
    clock_is(booth, "5 h 0 min ahead")
    wait_for_timers(booth, f"task-{task}@box-1", "FIRED", 1)
    assert task_state(booth, task) == "open"
    clock.turn(HOURS_5, is_synchronised=True)
    wait_until("expired", lambda: task_state(booth, task) == "expired", LATER)
    wait_until(
        "its workflow ended", lambda: task_workflow(booth, task) == "ended", LATER, BY_COMMAND_S
    )
    clock_is(booth, "")


def test_a_task_expires_when_it_should_although_the_clock_went_back(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=25)
    made = new_turned(expiring(soon))
    booth, clock = made.booth, made.clock
    booth.start()
    body = {"kind": "demo", "attendee": "ada", "actor": "app"}
    task = str(booth.ask_socket("POST", "/api/v1/tasks", body)["task"]["id"])
    clock.turn(-HOURS_5)
    clock_is(booth, "5 h 0 min behind")
    assert task_state(booth, task) == "open"
    wait_until("expired", lambda: task_state(booth, task) == "expired", 120)
    assert box_time(booth) >= soon
    wait_until(
        "its workflow ended", lambda: task_workflow(booth, task) == "ended", LATER, BY_COMMAND_S
    )


def test_a_code_of_a_box_that_never_knew_the_time_is_good_when_it_learns_it(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned(is_new=True)
    booth, clock = made.booth, made.clock
    clock.turn(-400 * DAY)
    booth.start()
    code = booth.issue_code("mug", valid_days=30)
    number = booth.ask_socket("GET", "/api/v1/codes")["codes"][0]["id"]
    clock.turn(0, is_synchronised=True)
    now = datetime.now(UTC)
    wait_until("the right time", lambda: abs(box_time(booth) - now) < timedelta(minutes=1), LATER)
    assert abs(code_expiry(booth, number) - now - timedelta(days=30)) < timedelta(minutes=1)
    booth.enter("bay-1", code)
    booth.prompt("load")
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_a_box_that_starts_behind_its_newest_record_says_so_and_dispenses(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned()
    booth, clock = made.booth, made.clock
    booth.start()
    code = booth.issue_code("mug")
    newest = box_time(booth)
    assert booth.stop() == 0
    clock.turn(-3 * HOUR)
    booth.start()
    clock_is(booth, "3 h 0 min behind the newest record")
    assert box_time(booth) >= newest
    booth.enter("bay-1", code)
    booth.prompt("load")
    go_on_to_the_end(booth)
    booth.check_invariants()


def test_a_person_may_say_that_the_clock_is_right(
    new_turned: Callable[..., TurnedBooth],
) -> None:
    made = new_turned()
    booth, clock = made.booth, made.clock
    booth.start()
    clock.turn(5 * DAY)
    clock_is(booth, "5 d 0 h ahead")
    assert "5 d 0 h ahead" in booth.command("status").stdout
    assert booth.command("clock", "trust").returncode == 0
    clock_is(booth, "")
    assert box_time(booth) - datetime.now(UTC) > timedelta(days=4)
