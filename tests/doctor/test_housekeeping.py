"""Housekeeping: schedules paused, failing, late; an outbox that waits, is full; notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from boxd.doctor.finding import Grade
from boxd.ledger import alarms, notices, outbox
from boxd.ledger.ledger import Ledger
from boxd.ledger.notice_settings import NoticeSettings
from boxd.ledger.notices import NoticeKind
from boxd.ledger.outbox_settings import OutboxSettings
from tests.box.booth import Booth, wait_until
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect, findings

UPSTREAM = 'url = "https://event.example/boxd"\nsecret_file = "upstream.secret"\n# '


@pytest.fixture
def scheduled(running: Booth) -> Booth:
    """A box that runs, and has made its schedules."""

    def are_made() -> bool:
        found = findings(context(running.config), "Housekeeping", "schedules")
        return all(each.grade is Grade.PASSED for each in found)

    wait_until("the schedules are made", are_made)
    return running


def test_a_schedule_that_is_paused_and_goes_on(scheduled: Booth) -> None:
    toggle = ("temporal", "schedule", "toggle", "--schedule-id", "boxd-box-1-self-test")
    done = scheduled.command(*toggle, "--pause", "--reason", "boards are out")
    assert done.returncode == 0, done.stderr
    box = context(scheduled.config)
    paused = expect(box, "Housekeeping", "schedules", Grade.WARNED, "self-test", "boards are out")
    words = paused.remedy.replace("'it is mended'", "mended").split()
    assert words[0] == "boxd"
    assert scheduled.command(*words[1:]).returncode == 0
    expect(context(scheduled.config), "Housekeeping", "schedules", Grade.PASSED)


def test_a_schedule_whose_run_failed(scheduled: Booth) -> None:
    scheduled.fault("board-1", "unplug")
    wait_until("it is missed", lambda: "unreachable" in str(scheduled.snapshot()["devices"]))
    assert scheduled.command("schedules", "run", "self-test").returncode == 1
    box = context(scheduled.config)
    expect(box, "Housekeeping", "schedules", Grade.FAILED, "self-test failed", "board-1")
    expect(box, "Housekeeping", "schedules", Grade.FAILED, "boxd schedules run self-test")


def test_a_schedule_that_has_not_begun(scheduled: Booth) -> None:
    later = context(scheduled.config, wall=datetime.now(UTC) + timedelta(days=3))
    expect(later, "Housekeeping", "schedules", Grade.FAILED, "has not begun", "restart boxd")


@pytest.fixture
def telling(resting: RestingBox) -> Iterator[Ledger]:
    """The ledger of a box with an upstream, with room for five events."""
    secret = resting.config.parent / "upstream.secret"
    secret.touch(0o600)
    secret.write_text("whsec_" + "A" * 40)
    resting.change("# url = ", UPSTREAM)
    ledger = Ledger(resting.ledger, outbox=OutboxSettings(stock_low=0, most_waiting=5))
    yield ledger
    ledger.close()


def note(ledger: Ledger, count: int) -> None:
    for number in range(count):
        ledger.write_now(
            lambda tx, n=number: outbox.note(tx, outbox.EventType.STOCK_LOW, {"number": n})
        )


def test_a_box_without_upstream(resting: RestingBox) -> None:
    expect(context(resting.config), "Housekeeping", "outbox", Grade.SKIPPED)


def test_an_outbox_that_waits_for_long(resting: RestingBox, telling: Ledger) -> None:
    note(telling, 2)
    expect(context(resting.config), "Housekeeping", "outbox", Grade.PASSED, "2 wait")
    later = context(resting.config, wall=datetime.now(UTC) + timedelta(hours=2))
    expect(later, "Housekeeping", "outbox", Grade.WARNED, "2 events wait", "boxd outbox list")


def test_an_outbox_that_is_full(resting: RestingBox, telling: Ledger) -> None:
    note(telling, 9)
    expect(context(resting.config), "Housekeeping", "outbox", Grade.FAILED, "full: 6 events wait")


def test_events_that_upstream_refused(resting: RestingBox, telling: Ledger) -> None:
    note(telling, 2)
    (first, _) = telling.write_now(lambda tx: outbox.first(tx.connection, 10))
    telling.write_now(lambda tx: outbox.bury(tx, first, "no such event"))
    box = context(resting.config)
    expect(box, "Housekeeping", "outbox", Grade.WARNED, "1 events for good", "outbox list --dead")


def test_notices_that_a_way_does_not_take(resting: RestingBox) -> None:
    expect(context(resting.config), "Housekeeping", "notices", Grade.SKIPPED)
    resting.change("# ntfy_url = ", 'ntfy_url = "http://127.0.0.1:9/fair"\n# ')
    expect(context(resting.config), "Housekeeping", "notices", Grade.PASSED, "ntfy: 0 sent")
    noted = NoticeSettings(frozenset(NoticeKind), ("ntfy",))
    ledger = Ledger(resting.ledger, notices=noted)
    ledger.write_now(lambda tx: alarms.raise_alarm(tx, "sold_out", "mug", "No mug is left."))
    waiting = ledger.write_now(lambda tx: notices.due(tx.connection, tx.at))
    ledger.write_now(lambda tx: notices.put_off(tx, waiting, tx.at, "it answers 500"))
    ledger.close()
    said = ("1 wait", "it answers 500")
    expect(context(resting.config), "Housekeeping", "notices", Grade.WARNED, *said)
