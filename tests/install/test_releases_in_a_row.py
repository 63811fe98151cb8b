"""Release after release: the box starts with the power, whatever lay between two of them."""

from __future__ import annotations

import pytest

from tests.box.booth import wait_until
from tests.install.packaged_box import PackagedBox
from tests.install.packages import Packages

# What `systemctl enable` wrote when units were links, after the release of that day was removed.
LINKS_OF_AN_EARLIER_BOXD = """
cd /etc/systemd/system
ln -sfn /opt/boxd/releases/0.9/systemd/boxd.target boxd.target
ln -sfn /opt/boxd/releases/0.9/systemd/boxd.target multi-user.target.wants/boxd.target
systemctl daemon-reload
"""

# Where the power is cut: while dpkg unpacks, and in the upgrade's own steps.
STEPS = ("unpacking", "stopping", "trying")


def test_a_box_starts_with_the_power_after_its_second_upgrade(
    plain_box: PackagedBox, packages: Packages
) -> None:
    for version, build in (("1.0", ""), ("2.0", ""), ("2.0", "b")):
        done = plain_box.install(packages.make(version, build))
        assert done.returncode == 0, done.stdout
        plain_box.wait_for_version(version)
        # What people type, and what wrote the path of a release into /etc when units were links.
        plain_box.ask("systemctl enable boxd.target boxd.service")
        if version == "1.0":
            plain_box.ask(LINKS_OF_AN_EARLIER_BOXD)

    plain_box.cut_and_boot()

    plain_box.wait_for_version("2.0")
    plain_box.claim()
    plain_box.finish()
    plain_box.check_invariants()


@pytest.mark.long
def test_six_releases_with_a_restart_a_way_back_and_a_cut_between_them(
    plain_box: PackagedBox, packages: Packages
) -> None:
    assert plain_box.install(packages.make("1.0")).returncode == 0
    for number in range(2, 7):
        plain_box.wait_for_version(f"{number - 1}.0")
        # Between any two: the way back and forth again, a restart, and the power cut in a step.
        if number > 2:
            _go_back_and_forth(plain_box, f"{number - 2}.0", f"{number - 1}.0")
        plain_box.reboot()
        plain_box.wait_for_version(f"{number - 1}.0")
        before = plain_box.claim()

        package = packages.make(f"{number}.0")
        plain_box.begin_install(package)
        step = STEPS[number % len(STEPS)]
        _cut_at(plain_box, step)
        if step == "unpacking":  # dpkg wants the package once more
            assert plain_box.install(package).returncode == 0
        else:
            plain_box.carry_dpkg_on()

        plain_box.wait_for_version(f"{number}.0")
        assert plain_box.package() == f"{number}.0 installed"
        assert plain_box.prompt("load")["redemption"] == before["redemption"]
        plain_box.finish()
        plain_box.check_invariants()
    assert len(plain_box.ask("ls /opt/boxd/releases").split()) == 2


def _go_back_and_forth(box: PackagedBox, older: str, newer: str) -> None:
    back = box.patiently("boxd upgrade --back --yes")
    assert back.returncode == 0, back.stdout
    box.wait_for_version(older)
    forth = box.patiently("/usr/lib/boxd/bin/boxd upgrade")
    assert forth.returncode == 0, forth.stdout
    box.wait_for_version(newer)


def _cut_at(box: PackagedBox, step: str) -> None:
    if step == "unpacking":
        unpacked = box.files / "usr/lib/boxd/lib/common"
        wait_until("dpkg unpacks", lambda: any(unpacked.glob("*.dpkg-new")), 120)
    else:
        box.wait_until_at_work_on(step)
    box.cut_and_boot()
