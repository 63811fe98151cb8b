"""Housekeeping on a whole box: what the schedules do, and backups through power cuts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench import usage
from tests.box.booth import Booth, wait_until


def schedules(booth: Booth) -> dict[str, Any]:
    """The schedules by their names, once all are there."""

    def there() -> list[Any]:
        found = booth.command("schedules", "list", "--json")
        return json.loads(found.stdout)["schedules"] if found.returncode == 0 else []

    return {each["name"]: each for each in wait_until("the schedules", there)}


def backups(booth: Booth) -> list[str]:
    folder = booth.state / "backups"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def make_backup(booth: Booth) -> Path:
    made = booth.command("backup", "create", "--json")
    assert made.returncode == 0, made.stderr
    return Path(json.loads(made.stdout)["backup"]["file"])


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[2048:] = b"\xff" * (len(content) - 2048)
    file.write_bytes(content)


def test_the_schedules_are_there_after_a_start_and_follow_the_configuration(
    new_booth: Callable[..., Booth],
) -> None:
    booth = new_booth((r"# backup_every_h = .*", "backup_every_h = 3"))
    booth.start()
    first = schedules(booth)
    assert list(first) == ["expiry", "backup", "self-test", "verification"]
    assert first["backup"]["every_s"] == 3 * 3600
    assert all(each["next_at"] for each in first.values())
    pause = ("--pause", "--reason", "boards are out", "--schedule-id", "boxd-box-1-self-test")
    assert booth.command("temporal", "schedule", "toggle", *pause).returncode == 0
    assert booth.stop() == 0
    text = booth.config.read_text(encoding="utf-8")
    booth.config.write_text(text.replace("backup_every_h = 3", "backup_every_h = 5"))
    booth.start()
    wait_until("5 hours", lambda: schedules(booth)["backup"]["every_s"] == 5 * 3600)
    assert schedules(booth)["self-test"]["note"] == "boards are out"


def test_status_shows_the_schedules(booth: Booth) -> None:
    schedules(booth)
    assert "Schedules\nschedule" in booth.command("status").stdout
    shown = json.loads(booth.command("status", "--json").stdout)
    assert [each["name"] for each in shown["schedules"]][:2] == ["expiry", "backup"]


def test_a_self_test_by_schedule_moves_no_latch(booth: Booth) -> None:
    schedules(booth)
    before = [line for line in booth.trace() if "latch" in line["what"]]
    ran = booth.command("schedules", "run", "self-test")
    assert ran.returncode == 0, ran.stderr
    assert "can't be tested without a person" in ran.stdout
    after = [line for line in booth.trace() if "latch" in line["what"]]
    assert after == before
    assert [booth.pulses(locker) for locker in (1, 2, 3, 4)] == [0, 0, 0, 0]
    booth.check_invariants()


def test_a_self_test_tells_of_a_board_that_is_gone_and_that_it_is_back(booth: Booth) -> None:
    schedules(booth)
    booth.fault("board-1", "unplug")
    failed = booth.command("schedules", "run", "self-test")
    assert failed.returncode == 1
    assert "board-1: unreachable" in failed.stdout
    (alarm,) = [each for each in booth.snapshot()["alarms"] if each["kind"] == "housekeeping"]
    assert "boxd devices test" in alarm["text"]
    booth.fault("board-1", "replug")
    wait_until(
        "it is back", lambda: all(d["state"] == "ready" for d in booth.snapshot()["devices"])
    )
    assert booth.command("schedules", "run", "self-test").returncode == 0
    wait_until("no alarm", lambda: not booth.snapshot()["alarms"])


@pytest.mark.parametrize(
    "point",
    [
        "before the backup is copied",
        "before the backup is verified",
        "before the backup gets its name",
        "before old backups are removed",
    ],
)
def test_a_power_cut_within_a_backup_leaves_no_half_one(
    new_booth: Callable[..., Booth], point: str
) -> None:
    booth = new_booth()
    booth.start(dying_at=point)
    assert booth.command("backup", "create").returncode == 1
    booth.wait_for_death()
    whole = [name for name in backups(booth) if not name.startswith(".")]
    assert len(whole) == (1 if point == "before old backups are removed" else 0)
    booth.start()
    make_backup(booth)
    assert all(name.startswith("ledger-") for name in backups(booth))
    listed = json.loads(booth.command("backup", "list", "--verify", "--json").stdout)["backups"]
    assert {each["state"] for each in listed} == {"whole"}
    booth.check_invariants()


def test_a_disk_that_takes_no_backup_stops_the_backup_and_not_the_box(booth: Booth) -> None:
    schedules(booth)
    make_backup(booth)
    code = booth.issue_code()
    (booth.state / "backups").rename(booth.state / "elsewhere")
    (booth.state / "backups").write_text("no directory")
    failed = booth.command("schedules", "run", "backup")
    assert failed.returncode == 1
    assert "Look at that disk: full (df -h)" in failed.stdout
    wait_until("an alarm", lambda: booth.snapshot()["alarms"])
    booth.enter("bay-1", code)
    booth.prompt("load")
    (booth.state / "backups").unlink()
    assert booth.command("schedules", "run", "backup").returncode == 0
    wait_until("the alarm is cleared", lambda: not booth.snapshot()["alarms"])


def test_a_damaged_ledger_offers_the_newest_good_backup_and_it_restores_the_box(
    booth: Booth,
) -> None:
    code = booth.issue_code()
    good = make_backup(booth)
    booth.issue_code()
    bad = make_backup(booth)
    assert booth.stop() == 0
    damage(bad)
    damage(booth.state / "ledger.db")
    booth.start(until_ready=False)
    offered = f"boxd backup restore {good} "
    wait_until("the offer", lambda: offered in _remedy(booth))
    assert offered in booth.command("status").stdout
    refused = booth.command("backup", "restore", str(good), "--yes")
    assert refused.returncode == 1
    assert "Stop it first" in refused.stderr
    assert booth.stop() == 1
    unfit = booth.command("backup", "restore", str(bad), "--yes")
    assert unfit.returncode == 1
    assert "take another copy" in unfit.stderr
    restored = booth.command("backup", "restore", str(good), "--yes")
    assert restored.returncode == 0, restored.stderr
    assert "the ledger from before is in" in restored.stdout
    booth.start()
    (alarm,) = booth.snapshot()["alarms"]
    assert alarm["kind"] == "ledger_restored"
    booth.enter("bay-1", code)
    booth.prompt("load")


def _remedy(booth: Booth) -> str:
    try:
        return str(booth.snapshot()["health"]["remedy"])
    except Exception:  # noqa: BLE001 - not listening yet
        return ""


def test_a_day_of_schedules_is_far_from_wearing_out_the_card(booth: Booth) -> None:
    """The design's number is 50 MB a day for a box where nothing happens."""
    a_day = 0.0
    for name, schedule in schedules(booth).items():
        before = _written(booth)
        assert booth.command("schedules", "run", name).returncode == 0
        a_day += (_written(booth) - before) * 86400 / schedule["every_s"]
    assert 0 < a_day < 25_000_000


def _written(booth: Booth) -> int:
    """Bytes that boxd and its server have made dirty for the disk so far."""
    daemon = psutil.Process(booth.pid)
    return sum(usage.written(each.pid) for each in (daemon, *daemon.children(recursive=True)))


def test_backups_are_made_and_listed_without_the_daemon(booth: Booth) -> None:
    assert booth.stop() == 0
    made = make_backup(booth)
    assert made.name in booth.command("backup", "list").stdout
    again = booth.command("backup", "create")
    assert "nothing has happened since" in again.stdout
