"""What an earlier boxd left in /etc/systemd is mended; what an administrator wrote stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.units import mend_links

GONE = "/opt/boxd/releases/0.1.0/systemd"


@pytest.fixture
def places(tmp_path: Path) -> InstallPaths:
    places = InstallPaths(tmp_path)
    (places.own_units / "multi-user.target.wants").mkdir(parents=True)
    return places


def test_a_link_to_a_release_goes_and_what_is_enabled_stays_enabled(places: InstallPaths) -> None:
    enabled = places.own_units / "multi-user.target.wants/boxd.target"
    for link in (places.own_units / "boxd.target", enabled):
        link.symlink_to(f"{GONE}/boxd.target")

    assert mend_links(places) == 2

    assert not (places.own_units / "boxd.target").is_symlink()
    assert enabled.readlink() == Path("/usr/lib/systemd/system/boxd.target")
    assert mend_links(places) == 0


def test_what_an_administrator_wrote_stays(places: InstallPaths) -> None:
    own = places.own_units
    (own / "boxd.target").symlink_to("/dev/null")
    (own / "boxd.service").write_text("[Service]\n", encoding="utf-8")
    (own / "boxd.service.d").mkdir()
    (own / "boxd.service.d/own.conf").write_text("[Service]\n", encoding="utf-8")

    assert mend_links(places) == 0
    assert sorted(each.name for each in own.iterdir() if each.name.startswith("boxd")) == [
        "boxd.service",
        "boxd.service.d",
        "boxd.target",
    ]
