"""Housekeeping on a real server: schedules as configured, and what each run does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client, ScheduleOverlapPolicy
from temporalio.common import RetryPolicy
from temporalio.service import RPCError

from boxd.bays import self_test as tests
from boxd.config.housekeeping_schema import Schedules
from boxd.config.schema import Temporal
from boxd.errors import NotFound
from boxd.ledger import alarms, audit, codes, stock
from boxd.ledger.backup import BackupRules
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.temporal.client import connect
from boxd.temporal.worker import create_worker
from boxd.workflows.housekeeping import workflows
from boxd.workflows.housekeeping.activities import HousekeepingActivities
from boxd.workflows.housekeeping.schedules import plans
from boxd.workflows.housekeeping.service import Run, ScheduleKeeper, ScheduleStatus
from boxd.workflows.server_connection import ServerConnection
from tests.temporal.conftest import serving
from tests.workflows.event import SEAL

BOX = "box-1"
DEADLINE_S = 60
PASSED = tests.Tested("board-0", "", tests.SelfTestResult.PASSED, "ready")
GONE = tests.Tested("board-0", "", tests.SelfTestResult.FAILED, "unreachable: no port of that name")


@dataclass
class House:
    """A box's housekeeping, and what can be seen of it."""

    ledger: Ledger
    client: Client
    backups: Path
    clock: list[datetime]
    tested: list[tests.Tested] = field(default_factory=lambda: [PASSED])

    def service(self, **configured: Any) -> ScheduleKeeper:
        connection = ServerConnection()
        connection.use(self.client)
        return ScheduleKeeper(connection, self.ledger, BOX, plans(Schedules(**configured)))

    async def ran(self, name: str) -> Run:
        """What came of a run by hand."""
        service = self.service()
        await service.bring_up_to_date()
        begun = (await service.run(name, "ada (CLI)")).last
        assert begun is not None
        async with asyncio.timeout(DEADLINE_S):
            while True:
                last = (await status(service, name)).last
                if last is not None and last.id == begun.id and last.state != "running":
                    return last
                await asyncio.sleep(0.02)

    async def alarms(self) -> list[str]:
        return [str(alarm["text"]) for alarm in await self.ledger.read(alarms.active)]


async def status(service: ScheduleKeeper, name: str) -> ScheduleStatus:
    return next(each for each in await service.statuses() if each.name == name)


@asynccontextmanager
async def kept(folder: Path, settings: Temporal) -> AsyncIterator[House]:
    clock = [datetime(2030, 5, 1, 9, tzinfo=UTC)]
    ledger = Ledger(folder / "ledger.db", now=lambda: clock[0])
    rules = BackupRules(folder / "backups", keep=3, keep_days=30)
    maker = BackupMaker(folder / "ledger.db", rules, lambda: clock[0])
    async with serving(settings, folder):
        house = House(ledger, await connect(settings, SEAL), rules.directory, clock)

        async def self_test() -> Sequence[tests.Tested]:
            return house.tested

        activities = HousekeepingActivities(ledger, folder / "ledger.db", maker, self_test)
        async with create_worker(house.client, BOX, workflows.ALL, activities.all()):
            yield house
    ledger.close()


@pytest.fixture
async def house(directory: Path, settings: Temporal) -> AsyncIterator[House]:
    async with kept(directory, settings) as running:
        yield running


async def test_the_schedules_are_there_as_configured_and_skip_what_overlaps(house: House) -> None:
    service = house.service(backup_every_h=2)
    await service.bring_up_to_date()
    handle = house.client.get_schedule_handle("boxd-box-1-backup")
    schedule = (await handle.describe()).schedule
    assert schedule.spec.intervals[0].every == timedelta(hours=2)
    assert schedule.spec.jitter == timedelta(minutes=1)
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert schedule.policy.catchup_window == timedelta(hours=2)
    shown = await service.statuses()
    assert [each.name for each in shown] == ["expiry", "backup", "self-test", "verification"]
    assert all(each.next_at and each.last is None for each in shown)


async def test_a_time_of_day_takes_the_place_of_an_interval_in_the_zone_of_the_event(
    house: House,
) -> None:
    daily = house.service(backup_at="06:00", time_zone="Europe/Berlin")
    for _ in range(2):  # the second time it is as planned
        await daily.bring_up_to_date()
    found = {each.name: each for each in await daily.statuses()}["backup"]
    assert (found.every_s, found.daily) == (None, "06:00 Europe/Berlin")
    next_at = datetime.fromisoformat(found.next_at).astimezone(ZoneInfo("Europe/Berlin"))
    assert (next_at.hour, next_at.minute) == (6, 0)
    await house.service().bring_up_to_date()
    found = {each.name: each for each in await house.service().statuses()}["backup"]
    assert (found.every_s, found.daily) == (6 * 3600, "")


async def test_a_changed_configuration_is_taken_over_and_nothing_else_is_touched(
    house: House,
) -> None:
    await house.service(backup_every_h=2).bring_up_to_date()
    handles = {
        name: house.client.get_schedule_handle(f"boxd-box-1-{name}")
        for name in ("backup", "expiry")
    }
    await house.service(backup_every_h=5).bring_up_to_date()
    found = {name: await handle.describe() for name, handle in handles.items()}
    assert found["backup"].schedule.spec.intervals[0].every == timedelta(hours=5)
    assert found["backup"].info.last_updated_at is not None
    assert found["expiry"].info.last_updated_at is None


async def test_a_schedule_that_somebody_paused_stays_paused_with_an_alarm(house: House) -> None:
    await house.service().bring_up_to_date()
    handle = house.client.get_schedule_handle("boxd-box-1-self-test")
    await handle.pause(note="boards are being soldered")
    service = house.service(self_test_every_h=1)
    await service.bring_up_to_date()
    shown = await status(service, "self-test")
    assert (shown.paused, shown.note, shown.next_at) == (True, "boards are being soldered", "")
    assert (await handle.describe()).schedule.spec.intervals[0].every == timedelta(hours=1)
    (alarm,) = await house.alarms()
    assert "self-test is paused" in alarm and "boards are being soldered" in alarm
    await handle.unpause()
    await service.bring_up_to_date()
    assert await house.alarms() == []


async def test_a_schedule_that_somebody_deleted_is_there_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxd.workflows.housekeeping.service._KEPT_EVERY_S", 0.05)
    service = house.service()
    await service.bring_up_to_date()
    keeping = asyncio.create_task(service.keep_up_to_date())
    try:
        await house.client.get_schedule_handle("boxd-box-1-backup").delete()
        async with asyncio.timeout(DEADLINE_S):
            await until_there(house, "boxd-box-1-backup")
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def until_there(house: House, schedule: str) -> None:
    while True:
        try:
            await house.client.get_schedule_handle(schedule).describe()
        except RPCError:
            await asyncio.sleep(0.02)
        else:
            return


async def test_what_is_switched_off_never_begins_by_itself_and_still_by_hand(house: House) -> None:
    service = house.service(verification_every_h=0)
    await service.bring_up_to_date()
    shown = await status(service, "verification")
    assert (shown.every_s, shown.next_at) == (None, "")
    begun = await service.run("verification", "ada (CLI)")
    assert begun.last is not None
    await house.service(verification_every_h=3).bring_up_to_date()
    assert (await status(house.service(verification_every_h=3), "verification")).next_at


def lose_temporal_s_database(directory: Path, made: Path) -> None:
    for gone in directory.glob("temporal.db*"):
        gone.unlink()
    for part in made.iterdir():
        (directory / part.name).write_bytes(part.read_bytes())


async def test_a_server_that_lost_its_database_gets_the_schedules_anew(
    directory: Path, settings: Temporal, made: Path
) -> None:
    async with kept(directory, settings) as house:
        await house.service().bring_up_to_date()
    lose_temporal_s_database(directory, made)
    async with kept(directory, settings) as house:
        service = house.service()
        await service.bring_up_to_date()
        assert all(each.next_at for each in await service.statuses())


async def test_expiry_ends_all_codes_whose_time_is_over(house: House) -> None:
    keys = CodeKeys(b"c" * 32, b"r" * 32)
    prize = stock.StockedPrize("mug", "Mug", 70)
    await house.ledger.write(lambda tx: stock.import_prizes(tx, [prize], "test"))
    order = codes.CodeOrder("ada", BOX, 8, 1, "test", "mug")
    for _ in range(60):
        await house.ledger.write(lambda tx: codes.issue(tx, order, keys))
    house.clock[0] += timedelta(days=2)
    ran = await house.ran("expiry")
    assert (ran.state, ran.said) == ("done", "60 codes expired, 0 holds released")
    assert (await house.ledger.read(lambda c: stock.find(c, "mug")))["on_hand"] == 70


async def test_a_backup_is_made_once_for_what_has_happened(house: House) -> None:
    ran = await house.ran("backup")
    assert ran.state == "done"
    (made,) = house.backups.iterdir()
    assert made.name in ran.said
    assert len(list(house.backups.iterdir())) == 1


async def test_a_failed_backup_raises_an_alarm_with_the_remedy_and_the_next_clears_it(
    house: House,
) -> None:
    house.backups.write_text("a file where the directory should be")
    ran = await house.ran("backup")
    assert ran.state == "failed"
    assert "name another: [backups] directory" in ran.said
    (text,) = await house.alarms()
    assert text == f"The backup failed: {ran.said}"
    house.backups.unlink()
    assert (await house.ran("backup")).state == "done"
    assert await house.alarms() == []


async def test_an_audit_trail_that_was_changed_is_found(house: House) -> None:
    assert (await house.ran("verification")).state == "done"

    def forge(tx: object) -> None:
        connection = tx.connection  # type: ignore[attr-defined]
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET actor = 'somebody else' WHERE seq = 1")

    await house.ledger.write(forge)
    ran = await house.ran("verification")
    assert ran.state == "failed"
    assert "row 1 was changed after it was written" in ran.said
    assert "compare it with a backup" in (await house.alarms())[0]


async def test_a_self_test_that_fails_names_the_device_and_the_newest_reason_is_shown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=2)
    monkeypatch.setattr(workflows, "_SECOND_LOOK", at_once)
    house.tested[:] = [PASSED, GONE]
    ran = await house.ran("self-test")
    assert ran.state == "failed"
    assert "board-0: unreachable: no port of that name. See `boxd devices list`" in ran.said
    house.tested[:] = [
        tests.Tested("board-1", "door", tests.SelfTestResult.FAILED, "has said nothing")
    ]
    await house.ran("self-test")
    (text,) = await house.alarms()
    assert "board-1 door: has said nothing" in text
    house.tested[:] = [PASSED]
    assert (await house.ran("self-test")).said == "1 passed, 0 can't be tested without a person"
    assert await house.alarms() == []


async def test_who_began_a_run_by_hand_is_in_the_audit_trail(house: House) -> None:
    await house.ran("verification")
    rows = await house.ledger.read(lambda c: audit.rows_after(c, 0, 100))
    assert [(row["actor"], row["cause"]) for row in rows if row["action"] == "schedule.run"] == [
        ("ada (CLI)", "verification")
    ]


async def test_an_unknown_schedule_is_refused_with_those_there_are(house: House) -> None:
    with pytest.raises(NotFound, match="there are: expiry, backup, self-test, verification"):
        await house.service().run("spring-cleaning", "ada")


def test_everything_can_be_switched_off() -> None:
    off = Schedules(
        expiry_every_min=0, backup_every_h=0, self_test_every_h=0, verification_every_h=0
    )
    assert all(plan.every is None for plan in plans(off))
