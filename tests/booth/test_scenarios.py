"""Scenarios are sentences: each of those that are there is understood, and a slip is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from booth import scenario
from booth.scenario import ScenarioError, known, load
from booth.sentences import SENTENCES, SentenceError, read


@pytest.mark.parametrize("name", known())
def test_every_scenario_is_understood(name: str) -> None:
    assert load(name).about
    assert load(name).steps


def test_every_sentence_is_done_by_somebody() -> None:
    from booth.player import Player

    assert all(callable(getattr(Player, does)) for does in SENTENCES.values())


def test_a_sentence_names_what_differs() -> None:
    step = read("type ada at bay-2")
    assert (step.does, step.arguments) == ("type", {"code": "ada", "bay": "bay-2"})


def test_a_command_is_taken_as_it_is() -> None:
    assert read("run: echo a: b at bay-9").arguments == {"command": "echo a: b at bay-9"}


def test_a_slip_names_the_nearest_sentence() -> None:
    with pytest.raises(SentenceError, match=r"the nearest is: type \{code\} at \{bay\}"):
        read("typ ada at bay-1")


def test_a_name_that_is_nowhere_at_the_booth_names_those_that_are() -> None:
    with pytest.raises(SentenceError, match="device is one of board-0, board-1, operator, cabinet"):
        read("unplug board-7")


def test_all_slips_of_a_file_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "FOLDER", tmp_path)
    steps = '["every bay shows ready", "unplug board-7", "sing"]'
    (tmp_path / "slips.toml").write_text(f'about = "x"\n[[part]]\ntimes = 2\nsteps = {steps}\n')
    with pytest.raises(ScenarioError) as told:
        load("slips")
    assert str(told.value).count("slips.toml") == 2


def test_a_part_is_played_as_often_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "FOLDER", tmp_path)
    (tmp_path / "two.toml").write_text(
        'about = "x"\n[[part]]\ntimes = 2\nsteps = ["unplug cabinet", "plug in cabinet"]\n'
    )
    assert [step.does for step in load("two").steps] == ["unplug", "plug"] * 2
