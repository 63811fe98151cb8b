"""Boxes that are upgraded, or a plain reason why there are none here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from booth.container import ContainerError
from tests.install.box import UpgradedBox
from tests.install.packaged_box import PackagedBox
from tests.install.packages import Packages
from tests.install.releases import make_releases
from tests.systemd.conftest import debian, installed, plain_debian

__all__ = ["debian", "installed"]


@pytest.fixture(scope="session")
def releases(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A layer with the releases to upgrade to, in /srv."""
    layer = tmp_path_factory.mktemp("releases")
    make_releases(installed / "opt/boxd/releases/under-test", layer / "srv")
    yield layer
    shutil.rmtree(layer, ignore_errors=True)


@pytest.fixture
def box(debian: Path, installed: Path, releases: Path, tmp_path: Path) -> Iterator[UpgradedBox]:
    """A box in use, and releases that it can be upgraded to."""
    box = UpgradedBox([releases, installed, debian], tmp_path / "box")
    try:
        box.boot()
    except (ContainerError, PermissionError) as error:
        pytest.skip(f"no container can be had here: {error}")
    box.ask("systemctl enable --now boxd.target")
    box.wait_until_ready()
    yield box
    box.forget()


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packages]:
    """What makes packages, of any version."""
    folder = tmp_path_factory.mktemp("packages")
    yield Packages(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def plain_box(debian: Path, tmp_path: Path) -> Iterator[PackagedBox]:
    """A Debian without boxd, with the configuration of a simulated box."""
    box = PackagedBox([debian], tmp_path / "plain")
    try:
        box.boot()
    except (ContainerError, PermissionError) as error:
        pytest.skip(f"no container can be had here: {error}")
    box.prepare()
    yield box
    box.forget()


@pytest.fixture(scope="session")
def packages_of_trixie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packages]:
    """The same for Debian 13's Python."""
    folder = tmp_path_factory.mktemp("packages-of-trixie")
    yield Packages(folder, "3.13")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def plain_trixie(tmp_path: Path) -> Iterator[PackagedBox]:
    """A Debian 13 without boxd, with the configuration of a simulated box."""
    box = PackagedBox([plain_debian("trixie")], tmp_path / "plain")
    try:
        box.boot()
    except (ContainerError, PermissionError) as error:
        pytest.skip(f"no container can be had here: {error}")
    box.prepare()
    yield box
    box.forget()
