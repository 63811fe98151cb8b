"""Damaged, full, missing and broken: the box says what is wrong, to whom it matters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.box.booth import Booth, wait_until
from tests.box.faulty_disk import FaultyDisk


def test_a_damaged_ledger_dispenses_nothing_and_says_so(booth: Booth) -> None:
    code = booth.issue_code()
    assert booth.stop() == 0
    ledger = booth.state / "ledger.db"
    content = bytearray(ledger.read_bytes())
    for page in range(4, len(content) // 1024, 3):
        content[page * 1024 : page * 1024 + 700] = b"\xff" * 700
    ledger.write_bytes(content)
    booth.start(until_ready=False)
    shown = wait_until("the HUD is there", lambda: _health(booth))
    assert (shown["state"], shown["ledger"]["state"]) == ("out_of_service", "damaged")
    assert "ledger.db is damaged" in shown["why"]
    assert "boxd backup restore" in shown["why"]
    wait_until("what to do", lambda: "no good backup" in (_health(booth) or shown)["remedy"])
    wait_until("lamps say it", lambda: booth.front()["bays"]["bay-1"]["lamps"]["failure"])
    booth.enter("bay-1", code)
    refused = booth.command("codes", "issue", "somebody")
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert booth.command("status").returncode == 1
    assert booth.pulses(1) == 0
    assert booth.stop() == 1


def _health(booth: Booth) -> dict[str, str] | None:
    try:
        health: dict[str, str] = booth.snapshot()["health"]
    except Exception:  # noqa: BLE001 - not listening yet
        return None
    return health


def test_a_ledger_that_can_t_be_written_stops_decisions_until_it_can(
    faulty_booth: tuple[Booth, FaultyDisk],
) -> None:
    booth, disk = faulty_booth
    code = booth.issue_code()
    disk.becomes("write-enospc")
    booth.enter("bay-1", code)
    shown = wait_until("the HUD says it", lambda: (h := _health(booth)) and h["why"] and h)
    assert "nothing was changed. Look at the disk: full (df -h)" in str(shown["why"])
    assert not booth.is_ready()
    disk.becomes("")
    wait_until("ready again", booth.is_ready)
    booth.prompt("load")
    booth.check_invariants()


def test_an_answer_that_could_not_be_written_opens_nothing_later(
    faulty_booth: tuple[Booth, FaultyDisk],
) -> None:
    booth, disk = faulty_booth
    booth.enter("bay-1", booth.issue_code())
    load = booth.prompt("load")
    disk.becomes("write-enospc")
    refused = booth.answer(load, "loaded")
    assert refused.status_code in {409, 503}, refused.text
    assert "again" in refused.json()["detail"]
    disk.becomes("")
    wait_until("ready again", booth.is_ready)
    again = booth.prompt("load")
    assert booth.pulses(1) == 0
    booth.say(again, "loaded")
    booth.prompt("take")
    booth.check_invariants()


def test_a_half_written_temporal_file_is_set_aside_loudly(booth: Booth) -> None:
    booth.enter("bay-1", booth.issue_code())
    before = booth.prompt("load")
    booth.kill()
    database = booth.state / "temporal" / "temporal.db"
    database.write_bytes(database.read_bytes()[:5000])
    booth.start()
    assert booth.prompt("load")["id"] == before["id"]
    kept = [path.name for path in (booth.state / "temporal").glob("temporal.db.set-aside-*")]
    alarm = wait_until("an alarm", lambda: booth.snapshot()["alarms"])[0]
    assert kept
    assert alarm["kind"] == "temporal_set_aside"
    assert "temporal_database.set_aside" in booth.log()
    booth.say(before, "loaded")
    booth.prompt("take")
    booth.check_invariants()


def test_a_missing_key_is_named_and_nothing_is_dispensed(booth: Booth) -> None:
    booth.issue_code()
    assert booth.stop() == 0
    (booth.state / "keys" / "claim.key").unlink()
    booth.start(until_ready=False)
    shown = wait_until("the HUD is there", lambda: _health(booth))
    assert "claim.key is absent, but the ledger holds codes made with it" in shown["why"]


def test_a_second_boxd_for_the_same_box_is_refused(booth: Booth) -> None:
    second = booth.command("run")
    assert second.returncode == 1
    assert f"a boxd (process {booth.pid}) serves this box already" in second.stderr
    assert booth.is_ready()


def test_a_taken_web_port_is_named(new_booth: Callable[..., Booth], booth: Booth) -> None:
    other = new_booth()
    text = other.config.read_text(encoding="utf-8")
    other.config.write_text(text.replace(f"port = {other.port}", f"port = {booth.port}"))
    ended = other.command("run")
    assert ended.returncode == 1
    assert str(booth.port) in ended.stderr


@pytest.mark.parametrize(
    ("name", "fault", "mend"),
    [("board-0", "unplug", "replug"), ("board-0", "duplicate", "unduplicate")],
)
def test_an_unplugged_or_doubled_board_is_shown_and_its_lamps_come_back(
    booth: Booth, name: str, fault: str, mend: str
) -> None:
    booth.enter("bay-1", booth.issue_code())
    booth.prompt("load")
    booth.fault(name, fault)

    def state() -> str:
        return str(next(d for d in booth.snapshot()["devices"] if d["name"] == name)["state"])

    wait_until("it is shown", lambda: state() == "unreachable", 5)
    jam = booth.prompt("load")
    booth.say(jam, "loaded")
    assert booth.prompt("jam")["redemption"] == jam["redemption"]
    assert booth.pulses(1) == 0
    booth.fault(name, mend)
    wait_until("it is back", lambda: state() == "ready", 5)
    wait_until("its lamps too", lambda: booth.front()["bays"]["bay-1"]["lamps"]["standby"])
    assert booth.pulses(1) == 0
    booth.say(booth.prompt("jam"), "jammed", remedy="again")
    booth.prompt("take")
    booth.check_invariants()


def test_a_stuck_key_is_named_and_the_others_work_on(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth((r"# stuck_key_s = .*", "stuck_key_s = 1"))
    booth.start()
    code = booth.issue_code()
    key = next(digit for digit in "0123456789" if digit not in code)
    booth.fault("board-0", "stick", key=key)
    wait_until("it is named", lambda: booth.bay("bay-1")["stuck"] == [key])
    booth.type_keys("bay-1", "Cancel")
    booth.enter("bay-1", code)
    booth.prompt("load")
    booth.fault("board-0", "unstick", key=key)
    wait_until("it is mended", lambda: booth.bay("bay-1")["stuck"] == [])
