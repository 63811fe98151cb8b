"""A repository that `make apt-repo` makes is one that apt believes, and the doctor asks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from booth.installed import ROOT
from tests.install.packaged_box import PackagedBox
from tests.install.packages import Packages

APT = "apt-get -q -o Dir::Etc::sourcelist=/dev/null"
KEY = "somebody@example.org"


@pytest.fixture
def repository(packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A signed repository with two versions."""
    home, offered, folder = tmp_path / "gnupg", tmp_path / "offered", tmp_path / "apt"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    making = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", KEY, "ed25519", "sign"]
    subprocess.run(making, check=True, capture_output=True)
    offered.mkdir()
    for version in ("1.0", "2.0"):
        os.link(packages.make(version), offered / f"boxd_{version}_amd64.deb")
    subprocess.run([ROOT / "scripts/apt-repository", folder, KEY, offered], check=True)
    return folder


@pytest.mark.long
def test_a_box_is_installed_from_it_and_hears_of_a_newer_one(
    plain_box: PackagedBox, repository: Path
) -> None:
    shutil.copytree(repository, plain_box.files / "srv/apt")
    sources = (repository / "boxd.sources").read_text(encoding="utf-8")
    sources = sources.replace("https://ADDRESS", "file:/srv/apt")
    (plain_box.files / "etc/apt/sources.list.d/boxd.sources").write_text(sources)

    unsigned = plain_box.run(f"{APT} update 2>&1")
    assert "NO_PUBKEY" in unsigned.stdout or "not signed" in unsigned.stdout, unsigned.stdout
    plain_box.ask("mkdir -p /usr/share/keyrings; cp /srv/apt/boxd.gpg /usr/share/keyrings")
    plain_box.ask(f"{APT} update")

    done = plain_box.patiently(f"{APT} install --yes --no-install-recommends boxd=1.0")
    assert done.returncode == 0, done.stdout
    plain_box.wait_for_version("1.0")
    assert "boxd 2.0 is there, and 1.0 installed" in plain_box.run("boxd doctor").stdout
    done = plain_box.patiently(f"{APT} install --yes boxd")
    assert done.returncode == 0, done.stdout
    plain_box.wait_for_version("2.0")
