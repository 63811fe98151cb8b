"""What forges run is what .ci/run runs, with every Python that is supported."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.house.reading import ROOT

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def github() -> tuple[list[str], list[str]]:
    """The Pythons, and all commands."""
    jobs = read(".github/workflows/ci.yml")["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    return jobs["pythons"]["strategy"]["matrix"]["python"], commands


def gitlab() -> tuple[list[str], list[str]]:
    jobs = read(".gitlab-ci.yml")
    commands = [line for job in jobs.values() for line in job["script"]]
    return jobs["pythons"]["parallel"]["matrix"][0]["PYTHON_VERSION"], commands


def read(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("forge", [github, gitlab])
def test_a_forge_runs_everything_with_every_python(forge: Any) -> None:
    pythons, commands = forge()
    assert pythons == PYTHONS
    assert ".ci/run" in commands
    assert "make check test" in commands
