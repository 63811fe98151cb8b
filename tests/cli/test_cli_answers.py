"""`boxd redemptions answer` at a running redemption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.box_in_thread import DaemonInThread
from tests.cli.cli_line import Boxd


@pytest.fixture
def redemption(server_box: DaemonInThread) -> Iterator[str]:
    """The operator is asked to load a locker; at the end the claim is declined."""
    redemption = server_box.ask("badge-7")
    yield redemption
    server_box.decline(redemption)


def shown(boxd: Boxd, redemption: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(boxd("redemptions", "show", redemption, "--json").out)
    return found


def test_an_answer_carries_all_that_was_said(boxd_there: Boxd, redemption: str) -> None:
    line = f"redemptions answer {redemption} declined --reason wrong-size --step 1 --key my-own"
    said = boxd_there(*line.split())
    assert said.code == 0, said.err
    assert "'declined' now" in said.out
    (answer,) = shown(boxd_there, redemption)["answers"]
    assert (answer["id"], answer["kind"], answer["step"]) == ("my-own", "declined", 1)
    trail = boxd_there("audit", "export").out
    assert "wrong-size" in trail
    assert "ada (CLI)" in trail


def test_an_answer_without_a_step_is_to_the_present_question(
    boxd_there: Boxd, redemption: str
) -> None:
    assert boxd_there("redemptions", "answer", redemption, "declined").code == 0
    (answer,) = shown(boxd_there, redemption)["answers"]
    assert answer["step"] == 1


def test_a_refused_answer_says_why_and_fails(boxd_there: Boxd, redemption: str) -> None:
    said = boxd_there("redemptions", "answer", redemption, "completed")
    assert said.code == 1
    assert said.err.startswith("boxd: ")
    assert shown(boxd_there, redemption)["answers"] == []
