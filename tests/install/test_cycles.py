"""The package comes and goes: what it leaves, and what it finds again."""

from __future__ import annotations

import pytest

from tests.install.packaged_box import PackagedBox
from tests.install.packages import Packages


def go_through_a_cycle(box: PackagedBox, packages: Packages) -> None:
    """Install, remove, install again, upgrade, downgrade, purge."""
    older, newer = packages.make("1.0"), packages.make("2.0")
    before = box.everything()
    assert box.install(older).returncode == 0
    box.wait_for_version("1.0")
    open_one = box.claim()

    box.take_away("remove")
    left = box.everything()
    assert not [name for name in left if name.startswith(("/opt/boxd", "/usr/lib/boxd"))]
    assert not [name for name in left if "/systemd/" in name and "boxd" in name]
    assert box.run("pgrep -u boxd").stdout == ""

    assert box.install(older).returncode == 0
    box.wait_for_version("1.0")
    assert box.run("systemctl is-enabled boxd.target").stdout == "enabled\n"
    for version, package in (("2.0", newer), ("1.0", older)):
        done = box.install(package)
        assert done.returncode == 0, done.stdout
        box.wait_for_version(version)
    assert box.prompt("load")["redemption"] == open_one["redemption"]
    box.finish()
    box.check_invariants()

    box.take_away("purge")
    assert (
        box.everything() - before - {"/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-"}
        == set()
    )
    assert box.ask("systemctl --failed --plain --no-legend") == ""


@pytest.mark.long
def test_debian_12(plain_box: PackagedBox, packages: Packages) -> None:
    go_through_a_cycle(plain_box, packages)


@pytest.mark.proof
@pytest.mark.long
def test_debian_13(plain_trixie: PackagedBox, packages_of_trixie: Packages) -> None:
    go_through_a_cycle(plain_trixie, packages_of_trixie)
