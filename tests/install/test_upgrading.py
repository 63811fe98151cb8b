"""A box is upgraded while people stand at it, and stays as it was when the release won't do."""

from __future__ import annotations

import pytest

from tests.install.box import NEXT, OLD, UpgradedBox


def test_an_upgrade_in_the_middle_of_a_redemption_carries_it_on(box: UpgradedBox) -> None:
    before = box.claim()
    old_schema = box.schema()

    done = box.upgrade("good")

    assert done.returncode == 0, done.stdout
    assert "1 replay on the new release" in done.stdout
    assert "1, all carried on" in done.stdout
    assert (box.in_use(), box.version()) == (NEXT, NEXT)
    assert box.schema() == 900 > old_schema
    assert box.prompt("load")["redemption"] == before["redemption"]
    box.finish()
    box.check_invariants()


@pytest.mark.long
def test_what_is_in_use_already_stays_untouched(box: UpgradedBox) -> None:
    assert box.upgrade("good").returncode == 0
    pid = box.pid()

    again = box.upgrade("good")

    assert again.returncode == 0
    assert "nothing was changed" in again.stdout
    assert box.pid() == pid


@pytest.mark.long
def test_a_migration_that_fails_is_found_before_anything_stops(box: UpgradedBox) -> None:
    box.claim()
    pid, schema = box.pid(), box.schema()

    done = box.upgrade("can-not-migrate")

    assert done.returncode == 1
    assert "no_such_table" in done.stdout
    assert "Nothing was stopped or changed" in done.stdout
    assert (box.in_use(), box.pid(), box.schema()) == (OLD, pid, schema)
    box.finish()
    box.check_invariants()


@pytest.mark.long
def test_open_redemptions_that_would_stand_still_are_found_before_anything_stops(
    box: UpgradedBox,
) -> None:
    before = box.claim()
    pid = box.pid()

    done = box.upgrade("decides-otherwise")

    assert done.returncode == 1
    assert before["redemption"] in done.stdout
    assert (box.in_use(), box.pid()) == (OLD, pid)


@pytest.mark.long
def test_a_release_that_never_gets_ready_leaves_the_old_one_on_the_old_ledger(
    box: UpgradedBox,
) -> None:
    before = box.claim()
    schema = box.schema()

    done = box.upgrade("never-ready", "--within 8")

    assert done.returncode == 1
    assert f"boxd {NEXT} was not ready within 8 s" in done.stdout
    assert "nothing is lost" in done.stdout
    assert (box.in_use(), box.schema()) == (OLD, schema)
    assert box.prompt("load")["redemption"] == before["redemption"]
    box.finish()
    box.check_invariants()


@pytest.mark.long
@pytest.mark.parametrize("ending", ["killed", "cut", "shut down"])
@pytest.mark.parametrize(
    ("release", "step", "left"),
    [
        ("good", "stopping", NEXT),
        ("good", "trying", NEXT),
        ("never-ready", "trying", OLD),
        ("never-ready", "going back", OLD),
    ],
)
def test_an_upgrade_that_was_interrupted_comes_to_its_end(
    box: UpgradedBox, release: str, step: str, left: str, ending: str
) -> None:
    before = box.claim()
    box.begin_upgrade(release, *(["--within 8"] if left == OLD else []))
    box.wait_until_at_work_on(step)

    if ending == "killed":
        box.kill_the_upgrade()
    else:
        (box.cut if ending == "cut" else box.shut_down)()
        box.boot()
    box.wait_for_step(None)

    box.wait_until_ready()
    assert box.in_use() == left, box.messages("-u", "boxd-upgrade")
    assert box.prompt("load")["redemption"] == before["redemption"]
    box.finish()
    box.check_invariants()


@pytest.mark.long
def test_the_way_back_after_an_upgrade_says_what_is_forgotten(box: UpgradedBox) -> None:
    schema = box.schema()
    assert box.upgrade("good").returncode == 0
    box.claim()
    box.finish()

    done = box.run("boxd upgrade --back --yes 2>&1")

    assert done.returncode == 0, done.stdout
    assert (box.in_use(), box.schema()) == (OLD, schema)
    assert "ledger_restored" in [alarm["kind"] for alarm in box.snapshot()["alarms"]]
