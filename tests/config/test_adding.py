"""A section is added to a configuration file whole, or the file stays as it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from boxd.config import load
from boxd.config.adding import add_section
from boxd.errors import ConfigError
from tests.config.broken import VALID

SECTION = (
    '[[devices]]\nkind = "notes"\nname = "new-pad"\nport = "New Pad"\n\n[devices.keys]\n1 = 5\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "boxd.toml"
    made.write_text(VALID)
    return made


def test_the_device_is_there_and_everything_else_is_unchanged(file: Path) -> None:
    before = load(file)
    add_section(file, SECTION)

    assert file.read_text().startswith(VALID.rstrip())
    after = load(file)
    assert [device.name for device in after.devices[len(before.devices) :]] == ["new-pad"]
    assert after.model_copy(update={"devices": before.devices}) == before


def test_mode_and_owner_stay_and_nothing_lies_beside_it(file: Path) -> None:
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 1234, 1235)
    before = file.stat()
    add_section(file, SECTION)

    after = file.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_a_link(file: Path) -> None:
    link = file.with_name("link.toml")
    link.symlink_to(file)
    add_section(link, SECTION)

    assert link.is_symlink()
    assert "new-pad" in file.read_text()


@pytest.mark.parametrize(
    ("section", "why"),
    [
        (SECTION.replace("new-pad", "board-0"), "board-0"),
        (SECTION.replace("1 = 5", "1 = 500"), "keys.1 = 500 can't be"),
        ("[[devices", "boxd.toml:"),
    ],
)
def test_a_section_that_would_make_it_wrong_changes_nothing(
    file: Path, section: str, why: str
) -> None:
    with pytest.raises(ConfigError, match="was left as it is") as raised:
        add_section(file, section)

    assert why in str(raised.value)
    assert f"{file}:" in str(raised.value)
    assert file.read_text() == VALID
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_is_wrong_already_is_not_touched(file: Path) -> None:
    file.write_text(VALID + "nonsense")
    with pytest.raises(ConfigError):
        add_section(file, SECTION)

    assert file.read_text() == VALID + "nonsense"
