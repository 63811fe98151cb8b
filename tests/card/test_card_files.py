"""A card backup holds what a fresh card lacks, and is put in place whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from boxd.card.making import make
from boxd.card.restoring import Opened, open_card
from boxd.config import load
from boxd.key_file import make_key
from boxd.ledger.database import open_ledger

OPENED_BY = "correct horse battery"


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """A box with keys and a ledger, whose configuration names one more file, `pin`."""
    file = tmp_path / "etc/boxd/boxd.toml"
    file.parent.mkdir(parents=True)
    text = Path("config/sim.toml").read_text(encoding="utf-8")
    text = text.replace("../var/sim", str(tmp_path / "state"))
    named = f'[phones]\nattendant_pin_file = "{tmp_path}/pin"'
    file.write_text(text.replace("[phones]", named), encoding="utf-8")
    config = load(file)
    for key in (config.claim_key_file, config.reading_key_file):
        make_key(key)
    open_ledger(config.ledger_file).close()
    return file


@pytest.fixture
def unpacked() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def made(config_file: Path) -> Path:
    config = load(config_file)
    card = config_file.with_name("box.card")
    make(config, config_file, config.ledger_file, "2026-05-02", card, OPENED_BY)
    return card


def contents(opened: Opened) -> dict[str, bytes]:
    """What is in the backup for each path on the box."""
    return {
        path: (opened.folder / name).read_bytes() for name, path in opened.manifest.files.items()
    }


def test_what_a_link_leads_to_is_in_the_backup(
    config_file: Path, tmp_path: Path, unpacked: Path
) -> None:
    (tmp_path / "elsewhere").write_text("1234", encoding="utf-8")
    (tmp_path / "pin").symlink_to("elsewhere")
    opened = open_card(made(config_file), OPENED_BY, unpacked)
    assert contents(opened)[str(tmp_path / "pin")] == b"1234"


def test_a_list_of_all_authorities_stays_the_systems(
    config_file: Path, tmp_path: Path, unpacked: Path
) -> None:
    (tmp_path / "pin").write_bytes(bytes(200 * 1024))
    opened = open_card(made(config_file), OPENED_BY, unpacked)
    assert str(tmp_path / "pin") not in contents(opened)
