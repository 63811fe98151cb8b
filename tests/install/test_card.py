"""A card dies: a fresh one with boxd installed is made the same box by one command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from booth.container import ContainerError
from tests.install.box import UpgradedBox

SEALED = "boxd backup {} --card {} --passphrase-file /root/passphrase"


@pytest.fixture
def fresh(debian: Path, installed: Path, tmp_path: Path) -> Iterator[UpgradedBox]:
    """A box that has boxd installed and nothing else."""
    box = UpgradedBox([installed, debian], tmp_path / "fresh")
    try:
        box.boot()
    except (ContainerError, PermissionError) as error:
        pytest.skip(f"no container can be had here: {error}")
    yield box
    box.forget()


def test_a_fresh_card_becomes_the_box(box: UpgradedBox, fresh: UpgradedBox, tmp_path: Path) -> None:
    box.ask("boxd name set 'The box of before' && echo a long passphrase >/root/passphrase")
    box.wait_until_ready()
    before = box.claim()

    box.ask(SEALED.format("create", "/root/box.card"))
    shutil.copyfile(box.files / "root/box.card", fresh.files / "root/box.card")
    (fresh.files / "root/passphrase").write_text("a long passphrase\n", encoding="utf-8")
    fresh.ask(SEALED.format("restore --yes", "/root/box.card"))

    assert fresh.is_ready()
    assert fresh.snapshot()["box"]["name"] == "The box of before"
    assert fresh.prompt("load")["redemption"] == before["redemption"]
    assert "ledger_restored" in [alarm["kind"] for alarm in fresh.snapshot()["alarms"]]
    assert fresh.ask("stat -c '%U %a' /var/lib/boxd/keys/claim.key") == "boxd 600"
    mode = "stat -c '%U:%G %a' /etc/boxd/boxd.toml"
    assert fresh.ask(mode) == box.ask(mode)
    fresh.finish()


def test_another_passphrase_changes_nothing(box: UpgradedBox) -> None:
    box.ask("echo a long passphrase >/root/passphrase")
    box.ask(SEALED.format("create", "/root/box.card"))
    pid = box.pid()

    box.ask("echo another passphrase >/root/passphrase")
    done = box.run(SEALED.format("restore --yes", "/root/box.card"))

    assert done.returncode == 1
    assert "the passphrase is another one" in done.stderr
    assert box.pid() == pid
