"""`boxd fleet` where it can't work: nothing is done at the service, and nothing is left behind."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxd.fleet_invitation import FleetInvitation, as_token
from tests.cli.cli_line import Boxd

INVITATION = FleetInvitation("fair", "127.0.0.1:9", "ab" * 32, 8, tls=True)
MEMBER = '\n[fleet]\nevent = "fair"\nnumber = 2\naddress = "127.0.0.1:9"\n'


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Files can be no longer than a hundred bytes; the configuration is longer."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


@pytest.mark.usefixtures("config_file", "full_disk")
@pytest.mark.parametrize(
    "line",
    [("fleet", "begin", "fair", "127.0.0.1:9"), ("fleet", "join", as_token(INVITATION))],
    ids=("begin", "join"),
)
def test_a_configuration_that_can_not_be_written_is_told_first(
    boxd: Boxd, state_dir: Path, line: tuple[str, ...]
) -> None:
    said = boxd(*line)
    assert said.code == 1
    assert "boxd.toml can't be written" in said.err
    assert list(state_dir.iterdir()) == []


def test_a_number_is_not_given_back_if_that_can_not_be_written_down(
    boxd: Boxd, config_file: Path, request: pytest.FixtureRequest
) -> None:
    append(config_file, MEMBER)
    request.getfixturevalue("full_disk")
    assert "boxd.toml can't be written" in boxd("fleet", "leave").err


def test_a_box_that_could_not_join_keeps_no_key_of_the_event(
    boxd: Boxd, config_file: Path, state_dir: Path
) -> None:
    append(config_file, f'\n[fleet]\napi_key_file = "{state_dir}/no-such-file"\n')
    said = boxd("fleet", "join", as_token(INVITATION))
    assert said.code == 1
    assert "no-such-file" in said.err
    assert [file.name for file in state_dir.rglob("*fleet*")] == []


def test_leaving_can_be_tried_first(boxd: Boxd, config_file: Path) -> None:
    append(config_file, MEMBER)
    before = config_file.read_text()
    told = json.loads(boxd("fleet", "leave", "--dry-run", "--json").out)
    assert told["changed"] is False
    assert "0 codes are at home here" in told["would"]
    assert "gives number 2 back" in told["would"]
    assert config_file.read_text() == before
