"""Whatever dies comes back by itself, and takes nobody else along."""

from __future__ import annotations

from tests.systemd.installed import InstalledBox

BOXD, TEMPORAL = "boxd.service", "boxd-temporal.service"


def test_a_killed_boxd_is_back_while_the_server_runs_on(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    daemon, server = box.pid(BOXD), box.pid(TEMPORAL)
    box.ask(f"kill -KILL {daemon}")
    box.wait("another boxd", lambda: box.pid(BOXD) not in {0, daemon})
    box.wait_until_ready()

    assert box.pid(TEMPORAL) == server
    assert box.property(TEMPORAL, "NRestarts") == "0"


def test_a_killed_server_unit_is_back_while_boxd_runs_on(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    daemon, server = box.pid(BOXD), box.pid(TEMPORAL)
    box.ask(f"kill -KILL {server}")
    box.wait("another server", lambda: box.pid(TEMPORAL) not in {0, server})
    box.wait_for_status("serving", TEMPORAL)
    box.wait_until_ready()

    assert box.pid(BOXD) == daemon
    assert "boxd-temporal.service, which runs the Temporal server" in box.messages("-u", "boxd")


def test_a_killed_server_is_started_again_by_its_own_unit(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    daemon, unit = box.pid(BOXD), box.pid(TEMPORAL)
    box.ask("pkill -KILL -u boxd -x temporal")
    box.wait_for_status("serving on 127.0.0.1:7233, its pages http://127.0.0.1:8233;", TEMPORAL)
    box.wait_until_ready()

    assert (box.pid(BOXD), box.pid(TEMPORAL)) == (daemon, unit)
    assert box.status_line(TEMPORAL).endswith("restarted 1 times")


def test_everything_killed_at_once_comes_back(box: InstalledBox) -> None:
    box.start()
    box.wait_until_ready()
    pids = {box.pid(BOXD), box.pid(TEMPORAL)}
    box.ask("pkill -KILL -u boxd")
    box.wait("others", lambda: pids.isdisjoint({box.pid(BOXD), box.pid(TEMPORAL)}))
    box.wait_until_ready()

    assert box.property("boxd.target", "ActiveState") == "active"


def test_a_boxd_that_dies_at_once_is_tried_later_and_later_and_never_given_up(
    box: InstalledBox,
) -> None:
    box.configure(r'id = "box-1"', 'id = "NO SUCH ID"')
    box.run("systemctl start --no-block boxd.service")
    told = box.wait_for_status("waiting 4 s")

    assert told == "waiting 4 s: the last 4 starts failed; the journal says why"
    assert "NO SUCH ID" in box.messages("-u", "boxd")

    box.configure("NO SUCH ID", "box-1")
    box.wait("boxd started", lambda: box.property(BOXD, "ActiveState") == "active")
    assert int(box.property(BOXD, "NRestarts")) >= 4
