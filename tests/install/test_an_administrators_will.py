"""What an administrator has disabled, masked, overridden or filled stays as it is in an upgrade."""

from __future__ import annotations

import pytest

from tests.install.packaged_box import PackagedBox
from tests.install.packages import Packages

OWN = "/etc/systemd/system/boxd.service.d/own.conf"


def test_what_can_not_be_upgraded_is_refused_before_anything_is_unpacked(
    plain_box: PackagedBox, packages: Packages
) -> None:
    first, second = packages.make("1.0"), packages.make("2.0")
    assert plain_box.install(first).returncode == 0
    plain_box.wait_for_version("1.0")
    pid = plain_box.pid()

    plain_box.ask("systemctl mask boxd-temporal.service")
    masked = plain_box.install(second)
    by_hand = plain_box.run("/usr/lib/boxd/bin/boxd upgrade 2>&1")
    plain_box.ask("systemctl unmask boxd-temporal.service")
    plain_box.ask("mount -t tmpfs -o size=200m none /usr/lib/boxd")
    full = plain_box.install(second)
    plain_box.ask("umount /usr/lib/boxd")

    assert masked.returncode != 0
    assert "boxd-temporal.service is masked" in masked.stdout
    assert by_hand.returncode == 1
    assert "sudo systemctl unmask boxd-temporal.service" in by_hand.stdout
    assert full.returncode != 0
    assert "has 200 MiB free" in full.stdout
    assert (plain_box.package(), plain_box.pid()) == ("1.0 installed", pid)

    # A second one at the same time is refused; the first one goes on.
    plain_box.begin_install(second)
    plain_box.wait_until_at_work_on("stopping")
    beside = plain_box.run("/usr/lib/boxd/bin/boxd upgrade 2>&1")
    assert beside.returncode == 1
    assert "another upgrade of boxd is at work" in beside.stdout
    plain_box.wait_for_version("2.0")


@pytest.mark.long
def test_what_is_disabled_and_overridden_stays_so_on_both_ways(
    plain_box: PackagedBox, packages: Packages
) -> None:
    assert plain_box.install(packages.make("1.0")).returncode == 0
    plain_box.wait_for_version("1.0")
    plain_box.ask(f"mkdir -p $(dirname {OWN}); printf '[Service]\\nLimitCORE=7\\n' >{OWN}")
    plain_box.ask("systemctl disable boxd.target")

    assert plain_box.install(packages.make("2.0")).returncode == 0
    plain_box.wait_for_version("2.0")
    assert plain_box.run("systemctl is-enabled boxd.target").stdout == "disabled\n"
    assert plain_box.property("boxd.service", "LimitCORE") == "7"

    plain_box.ask("systemctl stop boxd.target boxd.service boxd-temporal.service")
    done = plain_box.install(packages.make("3.0"))
    assert done.returncode == 0, done.stdout
    assert "stays so" in done.stdout
    assert plain_box.in_use() == "3.0"
    assert plain_box.property("boxd.service", "ActiveState") == "inactive"

    back = plain_box.patiently("boxd upgrade --back --yes")
    assert back.returncode == 0, back.stdout
    assert plain_box.in_use() == "2.0"
    assert plain_box.property("boxd.service", "ActiveState") == "inactive"
    plain_box.ask("systemctl start boxd.target")
    plain_box.wait_for_version("2.0")
    # The package's version is another one: whatever shows a version says both.
    assert "3.0, not in use" in plain_box.ask("boxd version")
    assert "package 3.0 not in use" in plain_box.ask("boxd status")
    assert plain_box.snapshot()["box"]["package"] == "3.0"
    assert "the Debian package is 3.0" in plain_box.run("boxd doctor --all").stdout
