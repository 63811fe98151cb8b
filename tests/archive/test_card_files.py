"""A card backup holds what a fresh card lacks, and is put in place whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from boxd.archive.card_backup import make
from boxd.archive.card_restore import Opened, open_card, restore_card
from boxd.config import Config, load
from boxd.errors import BadInput, ConfigError
from boxd.upgrade import system
from boxd.upgrade.install_paths import InstallPaths
from tests.archive.cards import PASSPHRASE, card_box

takes_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to users: takes root")


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return card_box(tmp_path)[1]


@pytest.fixture
def unpacked() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def made(config_file: Path) -> Path:
    config = load(config_file)
    card = config_file.with_name("box.card")
    root = config_file.parents[2]
    make(config, config_file, config.ledger_file, "2026-05-02", card, PASSPHRASE, root)
    return card


def contents(opened: Opened) -> dict[str, bytes]:
    """What is in the backup for each path on the box."""
    return {
        path: (opened.folder / name).read_bytes() for name, path in opened.manifest.files.items()
    }


def test_what_a_link_leads_to_is_in_the_backup(
    config_file: Path, tmp_path: Path, unpacked: Path
) -> None:
    (tmp_path / "etc/boxd/elsewhere").write_text("1234", encoding="utf-8")
    (tmp_path / "etc/boxd/pin").symlink_to("elsewhere")
    opened = open_card(made(config_file), PASSPHRASE, unpacked)
    assert contents(opened)[str(tmp_path / "etc/boxd/pin")] == b"1234"


def test_a_list_of_all_authorities_stays_the_systems(
    config_file: Path, tmp_path: Path, unpacked: Path
) -> None:
    (tmp_path / "etc/boxd/pin").write_bytes(bytes(200 * 1024))
    opened = open_card(made(config_file), PASSPHRASE, unpacked)
    assert str(tmp_path / "etc/boxd/pin") not in contents(opened)


@pytest.fixture
def places(tmp_path: Path) -> InstallPaths:
    """An installation whose release is this checkout."""
    places = InstallPaths(tmp_path)
    release = places.releases / "1.0.0"
    (release / "bin").mkdir(parents=True)
    for name in ("VERSION", "DIGEST"):
        (release / name).write_text("1.0.0\n", encoding="utf-8")
    program = release / "bin/boxd"
    words = shlex.join([sys.executable, "-m", "boxd"])
    program.write_text(
        f'#!/bin/sh\ncd {Path.cwd()} && BOXD_CONFIG={places.config_file} exec {words} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    places.current.symlink_to("releases/1.0.0")
    return places


def test_a_configuration_that_does_not_fit_is_refused_before_anything_changes(
    config_file: Path, places: InstallPaths, unpacked: Path
) -> None:
    opened = open_card(made(config_file), PASSPHRASE, unpacked)
    (unpacked / "boxd.toml").write_text("[of_another_release]\n", encoding="utf-8")
    before = config_file.read_bytes()

    with pytest.raises(ConfigError, match=r"of_another_release(.|\n)*install that one, restore"):
        restore_card(opened, places)

    assert config_file.read_bytes() == before


@takes_root
def test_keys_go_to_a_stick_that_knows_no_owners(
    config_file: Path, places: InstallPaths, unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config: Config = load(config_file)
    opened = open_card(made(config_file), PASSPHRASE, unpacked)
    key = config.claim_key_file.read_bytes()
    shutil.rmtree(config.box.state_dir)
    monkeypatch.setattr(system, "USER", "root")
    give = os.chown

    def give_but_on_the_stick(file: Path | int, user: int, group: int, **more: bool) -> None:
        path = Path(f"/proc/self/fd/{file}").readlink() if isinstance(file, int) else file
        if path.parent == config.claim_key_file.parent:
            raise PermissionError(f"FAT has no owners: {path}")
        give(file, user, group, **more)

    monkeypatch.setattr(os, "chown", give_but_on_the_stick)

    restore_card(opened, places)

    assert config.claim_key_file.read_bytes() == key
    assert config.ledger_file.exists()


def test_the_prizes_pictures_are_in_the_backup_each_under_its_own_digest(
    config_file: Path, unpacked: Path, tmp_path: Path
) -> None:
    folder = load(config_file).pictures_dir
    folder.mkdir(parents=True)
    picture = b"the bytes of a picture"
    name = f"{hashlib.sha256(picture).hexdigest()}.jpg"
    (folder / name).write_bytes(picture)
    (folder / f".{name}.17").write_bytes(b"half of one")
    opened = open_card(made(config_file), PASSPHRASE, unpacked)
    assert [each.name for each in (opened.folder / "pictures").iterdir()] == [name]
    assert (opened.folder / "pictures" / name).read_bytes() == picture

    (folder / name).write_bytes(b"another picture")
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(BadInput, match="is another picture"):
        open_card(made(config_file), PASSPHRASE, again)
