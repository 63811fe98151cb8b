"""The sections that docs/hardware.md shows are ones that boxd takes."""

from __future__ import annotations

import re
import tomllib
from textwrap import dedent
from typing import Any

import pytest

from boxd.config.device_kinds import sections
from tests.house.reading import ROOT

CODE = re.compile(r"^```toml\n((?s:.*?))^```|((?:^    .*\n|^\n)+)", re.M)


def shown() -> list[dict[str, Any]]:
    """Every whole section of a device on the page."""
    text = (ROOT / "docs" / "hardware.md").read_text(encoding="utf-8")
    blocks = [fenced or dedent(indented) for fenced, indented in CODE.findall(text)]
    examples = [tomllib.loads(block) for block in blocks if "[[devices]]" in block]
    return [device for example in examples for device in example["devices"]]


@pytest.mark.parametrize("device", shown(), ids=lambda device: str(device["name"]))
def test_a_section_on_the_page_can_be_copied(device: dict[str, Any]) -> None:
    sections()[device["kind"]].model_validate(device)


def test_each_kind_that_is_not_in_a_configuration_file_is_shown() -> None:
    files = (ROOT / "config").glob("*.toml")
    in_files = {
        device["kind"]
        for file in files
        for device in tomllib.loads(file.read_text(encoding="utf-8"))["devices"]
    }
    assert set(sections()) - in_files <= {device["kind"] for device in shown()}
