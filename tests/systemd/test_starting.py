"""The services start in any order, by themselves, and stop in theirs."""

from __future__ import annotations

from tests.systemd.installed import InstalledBox

TEMPORAL = "boxd-temporal.service"
MISSING = (
    "answers wait: codes are accepted; lockers open later:"
    " boxd-temporal.service, which runs the Temporal server, does not run"
)


def test_the_target_brings_the_whole_box_up(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()

    assert box.wait_for_status("ready") == "ready"
    assert box.wait_for_status("serving on 127.0.0.1:7233", TEMPORAL)


def test_boxd_is_up_without_the_server_and_says_so(box: InstalledBox) -> None:
    box.start("boxd.service")
    assert box.property("boxd.service", "ActiveState") == "active"
    box.wait_for_status(MISSING)
    assert box.property(TEMPORAL, "ActiveState") == "inactive"

    box.start(TEMPORAL)
    box.wait_until_ready()
    box.wait_for_status("ready")


def test_the_server_is_up_without_boxd(box: InstalledBox) -> None:
    box.start(TEMPORAL)
    box.wait_for_status("serving", TEMPORAL)
    assert box.property("boxd.service", "ActiveState") == "inactive"

    box.start("boxd.service")
    box.wait_until_ready()


def test_stopping_ends_boxd_first_and_leaves_nothing(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    box.ask("systemctl stop boxd.target boxd.service boxd-temporal.service")

    stopped = box.messages("-u", "boxd", "-u", "boxd-temporal", "--grep='^Stopped|^Deactivated'")
    assert stopped.index("Stopped boxd.service") < stopped.index("Stopped boxd-temporal.service")
    for unit in ("boxd.service", TEMPORAL):
        assert box.property(unit, "Result") == "success"
        assert box.property(unit, "ActiveState") == "inactive"
    assert box.run("pgrep -u boxd").stdout == ""


def test_an_enabled_box_comes_back_by_itself_after_a_cut(box: InstalledBox) -> None:
    box.ask("systemctl enable --now boxd.target")
    box.wait_until_ready()
    box.cut()
    box.boot()

    box.wait_until_ready()
    assert box.property("boxd.service", "NRestarts") == "0"


def test_a_box_whose_server_is_boxds_child_needs_no_second_unit(box: InstalledBox) -> None:
    box.configure("own_unit = true", "own_unit = false")
    box.start()
    box.wait_until_ready()

    assert box.property(TEMPORAL, "ActiveState") == "inactive"
    assert box.property(TEMPORAL, "Result") == "success"
    assert "not needed: the Temporal server is boxd's child" in box.messages("-u", "boxd-temporal")


def test_what_was_set_aside_while_no_boxd_ran_is_told_once(box: InstalledBox) -> None:
    box.start(TEMPORAL)
    box.wait_for_status("serving", TEMPORAL)
    box.ask(f"systemctl stop {TEMPORAL}")
    database = box.files / "var/lib/boxd/temporal/temporal.db"
    database.write_bytes(database.read_bytes()[:5000])
    box.start(TEMPORAL)
    box.wait_for_status("serving", TEMPORAL)
    box.start("boxd.service")

    [alarm] = box.wait("an alarm", lambda: box.snapshot()["alarms"])
    assert alarm["kind"] == "temporal_set_aside"
    box.post(f"/api/v1/alarms/{alarm['id']}/clear", {"actor": "maintainer"})
    box.ask("systemctl restart boxd.service boxd-temporal.service")
    box.wait_until_ready()
    assert box.snapshot()["alarms"] == []
