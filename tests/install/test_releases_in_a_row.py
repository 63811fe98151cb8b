"""Release after release: the box starts with the power, whatever lay between two of them."""

from __future__ import annotations

from tests.install.packaged_box import PackagedBox
from tests.install.packages import Packages

# What `systemctl enable` wrote when units were links, after the release of that day was removed.
LINKS_OF_AN_EARLIER_BOXD = """
cd /etc/systemd/system
ln -sfn /opt/boxd/releases/0.9/systemd/boxd.target boxd.target
ln -sfn /opt/boxd/releases/0.9/systemd/boxd.target multi-user.target.wants/boxd.target
systemctl daemon-reload
"""


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
