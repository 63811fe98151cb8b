"""The Debian package is named where another release is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.installed_package import package_not_in_use


def release(folder: Path, version: str, digest: str) -> None:
    folder.mkdir(parents=True)
    (folder / "VERSION").write_text(f"{version}\n", encoding="utf-8")
    (folder / "DIGEST").write_text(f"{digest}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("version", "digest", "told"),
    [
        ("1.0", "aaaaaaaaaa", ""),
        ("2.0", "bbbbbbbbbb", "2.0"),
        ("1.0", "bbbbbbbbbb", "1.0 (build bbbbbbbb)"),
    ],
)
def test_a_package_that_is_not_in_use(tmp_path: Path, version: str, digest: str, told: str) -> None:
    release(tmp_path / "opt/boxd/current", "1.0", "aaaaaaaaaa")
    release(tmp_path / "usr/lib/boxd", version, digest)
    assert package_not_in_use(tmp_path) == told


def test_a_box_without_a_package_or_without_a_release(tmp_path: Path) -> None:
    assert package_not_in_use(tmp_path) == ""
    release(tmp_path / "opt/boxd/current", "1.0", "aaaaaaaaaa")
    assert package_not_in_use(tmp_path) == ""
