"""What sets up a clone knows whose environment it has, and says what went wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml", "scripts")
# A Python as far as a set-up asks for one; its pip says what a test wants, and fails.
PYTHON = """#!/bin/sh
case "$*" in
*"-m venv"*)
    mkdir -p .venv/bin && touch .venv/pyvenv.cfg
    cp "$0" .venv/bin/python
    echo "#!$(pwd -P)/.venv/bin/python" >.venv/bin/pip ;;
*"pip --version") exit 0 ;;
*"pip "*) echo pip >>asked; printf '%s\\n' "$SAYS"; exit 1 ;;
*"base_prefix"*) echo /elsewhere ;;
*"version_info <"*"3, 13"*) exit 1 ;;
*) exit 0 ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of what sets up, without a virtual environment."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    return folder


def set_up(clone: Path, says: str = "") -> subprocess.CompletedProcess[str]:
    """`scripts/set-up run` with a pip that fails with these words."""
    python = clone / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    return subprocess.run(
        [clone / "scripts/set-up", "run"],
        env={**os.environ, "PYTHON": str(python), "SAYS": says},
        capture_output=True,
        text=True,
        check=False,
    )


def asked(clone: Path) -> int:
    """How often pip was asked to install something."""
    return len((clone / "asked").read_text().splitlines())


def would_set_up(clone: Path) -> bool:
    """Whether make would set up before a run."""
    asking = ["make", "--dry-run", "--directory", str(clone), "run"]
    made = subprocess.run(asking, capture_output=True, text=True, check=False)
    return "scripts/set-up run" in made.stdout


def test_an_environment_of_another_folder_is_set_up_again(clone: Path) -> None:
    (clone / ".venv/bin").mkdir(parents=True)
    pip = clone / ".venv/bin/pip"
    pip.write_text(f"#!{clone}/.venv/bin/python3\n", encoding="utf-8")
    (clone / ".venv/set-up-for-run").touch()
    assert not would_set_up(clone)

    moved = clone.rename(clone.with_name("moved"))
    assert would_set_up(moved)
    (moved / ".venv/pyvenv.cfg").touch()
    assert "is another folder's" in set_up(moved).stdout


def test_no_python_is_said_by_the_shell(clone: Path) -> None:
    done = subprocess.run(
        ["/bin/bash", clone / "scripts/set-up", "run"],
        env={"PATH": "/nowhere:/bin", "PYTHON": "python9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "There is no python9 here. Type: sudo apt-get install python3" in done.stderr


def test_no_network_is_said(clone: Path) -> None:
    done = set_up(clone, "WARNING: Retrying: [Errno -3] Temporary failure in name resolution")
    assert done.returncode == 1
    assert "no network from here" in done.stderr
    assert asked(clone) == 1


def test_a_set_up_that_was_broken_off_does_not_go_on_without_midi(clone: Path) -> None:
    done = set_up(clone, "Collecting python-rtmidi==1.5.8\nERROR: Operation cancelled by user")
    assert done.returncode == 1
    assert asked(clone) == 1, "it was taken for a package that can't be built"
    assert not (clone / ".venv/set-up-for-run").exists()


def test_only_what_can_not_be_built_is_left_out(clone: Path) -> None:
    done = set_up(clone, "ERROR: Failed building wheel for python-rtmidi")
    assert done.returncode == 1
    assert asked(clone) == 2
    left = (clone / ".venv/without-rtmidi.lock").read_text(encoding="utf-8")
    assert "\npython-rtmidi==" not in left
    assert "\npyserial==" in left


def test_whatever_umask_the_package_is_for_all_users(tmp_path: Path) -> None:
    """Else dpkg-deb refuses it."""
    layout = ["bash", "-c", f"umask 077; install/links {tmp_path}/root"]
    subprocess.run(layout, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    folders = [tmp_path / "root/usr", *(tmp_path / "root/usr").rglob("*")]
    closed = [
        each for each in folders if not each.is_symlink() and each.stat().st_mode & 0o044 != 0o044
    ]
    assert closed == []
