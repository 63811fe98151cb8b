"""Kinds of devices are found by their packages' entry points; a bad package is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """\
[box]
id = "box-1"

[[devices]]
kind = "foghorn"
name = "horn"
port = "pier"
"""
KIND = """\
from typing import Literal
from boxd.config.device_kinds import DeviceKind
from boxd.config.device_schema import DeviceSection
from boxd.config.schema_texts import SchemaFinding

class Foghorn(DeviceSection):
    kind: Literal["foghorn"]
    port: Literal["pier", "mole"]

class Foghorns(DeviceKind):
    sections = (Foghorn,)

    def buses(self, devices, config, simulated, on_change):
        return ()

    def faults(self, devices):
        for row, device in devices.items():
            yield SchemaFinding(("devices", row, "name"), f"device '{device.name}': too loud; hush")

FOGHORNS = Foghorns()
"""


def package(folder: Path, name: str, code: str, point: str) -> None:
    """Install a package that brings a kind of device, as pip would."""
    (folder / f"{name}.py").write_text(code)
    metadata = folder / f"{name}-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text(f"[boxd.device_kinds]\n{name} = {name}:{point}\n")


def complaints(folder: Path, config: str = CONFIG) -> str:
    """What `boxd config check` says in a new process, with the packages in `folder`."""
    file = folder / "boxd.toml"
    file.write_text(config)
    asked = subprocess.run(
        [sys.executable, "-m", "boxd", "config", "check", "--config", str(file)],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stderr


def test_a_strangers_kind_is_read_and_judged_like_boxds_own(tmp_path: Path) -> None:
    package(tmp_path, "foghorns", KIND, "FOGHORNS")

    said = complaints(tmp_path)

    assert ":6: device 'horn': too loud; hush" in said
    assert "can't be" not in said


def test_its_errors_speak_of_its_own_keys(tmp_path: Path) -> None:
    package(tmp_path, "foghorns", KIND, "FOGHORNS")

    said = complaints(tmp_path, CONFIG.replace('"pier"', '"bridge"'))

    assert ":7: device 'horn': port = \"bridge\" can't be; it takes one of 'pier', 'mole'" in said


def test_a_kind_that_nobody_installed_is_answered_with_what_is_there(tmp_path: Path) -> None:
    assert "kind = \"foghorn\" can't be; it takes one of 'arduino', 'codetv'" in complaints(
        tmp_path
    )


@pytest.mark.parametrize(
    ("code", "point"), [("import nothing_of_this_name", "FOGHORNS"), (KIND, "TUBAS")]
)
def test_a_package_that_can_not_be_loaded_is_named(tmp_path: Path, code: str, point: str) -> None:
    package(tmp_path, "foghorns", code, point)

    said = complaints(tmp_path)

    assert "the device kind 'foghorns' of the package foghorns 1.2 can't be loaded" in said
    assert "uninstall it" in said


def test_two_packages_for_one_word_are_named(tmp_path: Path) -> None:
    package(tmp_path, "foghorns", KIND, "FOGHORNS")
    package(tmp_path, "sirens", KIND, "FOGHORNS")

    said = complaints(tmp_path)

    assert "'foghorns' and 'sirens' both describe devices of kind = 'foghorn'" in said
