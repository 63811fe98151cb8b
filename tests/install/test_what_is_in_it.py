"""What a release brings along is told: licences, and a bill of materials."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from booth.installed import ROOT


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's own environment, in the form of a release."""
    folder = tmp_path_factory.mktemp("release")
    (folder / "lib").symlink_to(Path(sys.prefix) / "lib")
    (folder / "bin").symlink_to(Path(sys.prefix) / "bin")
    (folder / "VERSION").write_text("1.0\n", encoding="utf-8")
    return folder


def told(script: str, release: Path) -> str:
    command = [sys.executable, "-B", str(ROOT / "install" / script), str(release)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_bill_names_every_package_and_what_is_compiled_into_them(release: Path) -> None:
    printed = told("bill_of_materials.py", release)
    components: dict[str, dict[str, Any]] = {
        each["name"]: each for each in json.loads(printed)["components"]
    }

    for name in ("temporalio", "pydantic_core", "starlette"):
        assert components[name]["version"] == metadata.version(name)
    assert len(components["temporalio"]["components"]) > 100, "the crates of the SDK"
    assert len(components["temporal"]["components"]) > 100, "the modules of the server"
    assert all(each["licenses"][0]["expression"] for each in components.values())
    assert str(ROOT) not in printed
    assert told("bill_of_materials.py", release) == printed


def test_the_copyright_file_has_a_paragraph_for_every_package(release: Path) -> None:
    printed = told("licences.py", release)

    assert printed.startswith("Format: https://www.debian.org/doc/packaging-manuals/")
    paragraphs = [each for each in printed.split("\n\n") if each.startswith("Files: ")]
    assert len(paragraphs) > 40
    for paragraph in paragraphs:
        assert "\nCopyright: " in paragraph
        assert "\nLicense: " in paragraph
    assert "\nComment: starlette " in printed


def test_what_nobody_uses_is_not_in_a_release(tmp_path: Path) -> None:
    """The packages' programs would bring the path of this machine's Python into it."""
    folder = tmp_path / "lib"
    for file in ("bin/segno", "temporalio/bridge/sdk-core/lib.rs", "temporalio/bridge/runtime.py"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    record = folder / "segno-1.dist-info/RECORD"
    record.parent.mkdir()
    record.write_text(
        "../../bin/segno,sha256=abc,9\ntemporalio/bridge/sdk-core/lib.rs,,\nsegno/cli.py,,\n"
    )
    trim = "source <(sed -n '/^trim()/,/^}/p' install/release); trim \"$1\""
    subprocess.run(["bash", "-euc", trim, "bash", folder], cwd=ROOT, check=True)

    left = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    assert left == {"segno-1.dist-info/RECORD", "temporalio/bridge/runtime.py"}
    assert record.read_text() == "segno/cli.py,,\n"


def first_difference(one: Path, other: Path) -> str:
    """The first file that is not the same in both, by name, mode, link or content; "" if none."""
    names = sorted({str(each.relative_to(top)) for top in (one, other) for each in top.rglob("*")})
    return next((name for name in names if told_of(one / name) != told_of(other / name)), "")


def told_of(file: Path) -> tuple[object, ...]:
    if not file.exists() and not file.is_symlink():
        return ()
    mode = oct(file.lstat().st_mode)
    if file.is_symlink():
        return mode, file.readlink()
    return mode, file.read_bytes() if file.is_file() else b""


def build_twice(tmp_path: Path, what: str) -> list[Path]:
    """Clone the commit into two folders and build in each, as two people's machines would."""
    asking = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    commit = subprocess.run(asking, check=True, capture_output=True, text=True).stdout.strip()
    kept = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    gathered = os.environ.get("BOXD_PACKAGES_CACHE", f"{kept}/boxd/packages")
    places = (
        "umask 022; export TZ=UTC LANG=C.UTF-8",
        "umask 077; export TZ=Asia/Tokyo LANG=de_DE.UTF-8 HOME=$PWD"
        f" BOXD_PACKAGES_CACHE={gathered}; chmod g+s .",
    )
    built = []
    for number, place in enumerate(places):
        folder = tmp_path / f"built-{number * 'here'}-{number}"
        folder.mkdir()
        build = f"""
            {place}
            git -C {ROOT} archive {commit} | tar --extract --no-same-permissions
            make --silent -C firmware
            {what}
        """
        subprocess.run(["bash", "-euc", build], cwd=folder, check=True)
        built.append(folder)
    return built


@pytest.mark.proof
def test_one_commit_is_the_same_files_wherever_they_are_put_together(tmp_path: Path) -> None:
    one, other = build_twice(tmp_path, "install/package built amd64 3.11")
    assert first_difference(one / "built", other / "built") == ""


@pytest.mark.proof
@pytest.mark.long
def test_one_commit_is_the_same_package_wherever_it_is_built(tmp_path: Path) -> None:
    """With caches that are empty at first."""
    build = "BOXD_PACKAGES_CACHE=$PWD/cache install/deb amd64; dpkg-deb -R dist/*.deb unpacked"
    one, other = build_twice(tmp_path, build)
    assert first_difference(one / "unpacked", other / "unpacked") == ""
    files = [next(folder.glob("dist/*.deb")) for folder in (one, other)]
    assert files[0].read_bytes() == files[1].read_bytes()
