"""The watchdog ends what hangs, and leaves alone what a start would not cure."""

from __future__ import annotations

from tests.systemd.installed import InstalledBox

BOXD, TEMPORAL = "boxd.service", "boxd-temporal.service"
PATIENCE_S = 15


def hurry(box: InstalledBox, unit: str = BOXD) -> None:
    """A watchdog that a test can wait for."""
    box.override(unit, f"WatchdogSec={PATIENCE_S}s", "TimeoutAbortSec=1s")


def watchdogs(box: InstalledBox) -> int:
    """How often systemd lost its patience with boxd."""
    return box.messages("-u", "boxd", "-u", "boxd-temporal").count("Watchdog timeout")


def outlasts_watchdogs(box: InstalledBox, count: int) -> None:
    """Wait until the unit has lived through so many patiences since now, by systemd's own clock."""
    began_s = uptime(box)
    box.wait("time has passed", lambda: uptime(box) > began_s + count * PATIENCE_S)


def uptime(box: InstalledBox) -> float:
    return float(box.ask("cat /proc/uptime").split()[0])


def test_a_hanging_boxd_is_ended_and_started_anew(box: InstalledBox) -> None:
    hurry(box)
    box.start()
    box.wait_until_ready()
    daemon = box.pid(BOXD)
    box.ask(f"kill -STOP {daemon}")
    box.wait("another boxd", lambda: box.pid(BOXD) not in {0, daemon})
    box.wait_until_ready()

    assert watchdogs(box)


def test_a_hanging_server_unit_is_ended_and_started_anew(box: InstalledBox) -> None:
    hurry(box, TEMPORAL)
    box.start()
    box.wait_until_ready()
    unit = box.pid(TEMPORAL)
    box.ask(f"kill -STOP {unit}")
    box.wait("another unit", lambda: box.pid(TEMPORAL) not in {0, unit})
    box.wait_until_ready()

    assert watchdogs(box)


def use_the_log_up(box: InstalledBox) -> None:
    """The ledger's log has its size from the start: only what goes beyond feels a full disk."""
    rows = "seq 3000 | sed 's/.*/p&,Prize &,1/' | sed \"s/^p/p$part-/\""
    file = "/root/prizes-$part.csv"
    taken = f"(echo sku,name,units; {rows}) >{file} && boxd prizes import {file}"
    box.run(f"for part in 1 2 3 4 5 6 7 8; do {taken} || break; done")


def test_a_full_disk_is_said_and_no_reason_to_start_anew(box: InstalledBox) -> None:
    box.ask("mkdir -p /var/lib/boxd && mount -t tmpfs -o size=40m tmpfs /var/lib/boxd")
    hurry(box)
    box.start()
    box.wait_until_ready()
    daemon = box.pid(BOXD)
    box.run("dd if=/dev/zero of=/var/lib/boxd/filler bs=4k")
    use_the_log_up(box)
    box.wait_for_status("out of service: the ledger /var/lib/boxd/ledger.db can't be used")
    outlasts_watchdogs(box, 2)
    assert (box.pid(BOXD), watchdogs(box)) == (daemon, 0)

    box.ask("rm /var/lib/boxd/filler")
    box.wait_until_ready()
    assert box.pid(BOXD) == daemon


def test_a_ledger_that_only_this_boxd_cannot_write_is_a_reason_to_start_anew(
    box: InstalledBox,
) -> None:
    hurry(box)
    box.start()
    box.wait_until_ready()
    daemon = box.pid(BOXD)
    # This process may write no file any further than where the ledger's log begins to grow.
    as_boxd = "setpriv --reuid=boxd --regid=boxd --clear-groups"
    box.ask(f"{as_boxd} prlimit --pid {daemon} --fsize=8192:")
    box.wait("another boxd", lambda: box.pid(BOXD) not in {0, daemon})
    box.wait_until_ready()

    assert watchdogs(box)
    assert "watchdog.not_fed" in box.messages("-u", "boxd")


def test_a_box_that_refused_for_its_disk_begins_anew_when_that_is_mended(box: InstalledBox) -> None:
    box.ask("mkdir -p /var/lib/boxd && mount -t tmpfs -o size=40m tmpfs /var/lib/boxd")
    box.start()
    box.wait_until_ready()
    box.ask("systemctl stop boxd.service boxd-temporal.service")
    box.run("dd if=/dev/zero of=/var/lib/boxd/filler bs=4k")
    box.start("boxd.service")
    box.wait_for_status("out of service: the ledger /var/lib/boxd/ledger.db can't be opened")

    box.ask("rm /var/lib/boxd/filler && systemctl start boxd-temporal")
    box.wait_until_ready()
