"""Playbooks are data: boxd's own lead somewhere, and an organiser's file is one as well."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from boxd.errors import BadInput, NotFound
from boxd.playbooks import playbook, playbooks
from boxd.playbooks.content import as_playbook
from boxd.playbooks.own import OWN
from boxd.recovery import END, Playbook

CHECKLIST = """
title = "Before the doors open"
when = "Every morning."

[[steps]]
id = "water"
ask = "Is there water for the queue?"
choices = [{ id = "yes", text = "Yes", next = "day" }, { id = "no", text = "No", next = "day" }]

[[steps]]
id = "day"
calls = "start-of-the-day"
"""


@pytest.mark.parametrize("own", OWN, ids=lambda own: own.id)
def test_every_step_of_boxd_s_own_is_reached_and_comes_to_an_end(own: Playbook) -> None:
    assert as_playbook(json.loads(json.dumps(asdict(own)))) == own
    reached, to_see = set(), [own.steps[0].id]
    while to_see:
        name = to_see.pop()
        step = own.step(name)
        if name in reached or step is None:
            continue
        reached.add(name)
        following = [step.then] if step.calls else [each.next for each in step.choices]
        to_see += [each for each in following if each != END]
    assert reached == {step.id for step in own.steps}


def test_what_is_called_needs_nothing_that_its_caller_does_not_know() -> None:
    known = playbooks()
    for own in known.values():
        for step in own.steps:
            if step.calls and not step.each_prize:
                assert set(known[step.calls].needs) <= set(own.needs)


def test_an_organiser_s_checklist_is_a_playbook_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "doors.toml").write_text(CHECKLIST, encoding="utf-8")
    known = playbooks(tmp_path)
    assert known["doors"].title == "Before the doors open"
    assert len(known) == len(OWN) + 1
    with pytest.raises(NotFound, match=r"there are: .*doors"):
        playbook(known, "windows")


@pytest.mark.parametrize(
    ("wrong", "right", "why"),
    [
        ('next = "day"', 'next = "night"', "leads to 'night', which is none"),
        ('calls = "start-of-the-day"', 'calls = "nothing"', "calls 'nothing', which is none"),
        ('calls = "start-of-the-day"', "", "has no choices and calls nothing"),
        ('title = "Before the doors open"', "", "title is missing"),
        ('ask = "Is', 'aks = "Is', "unknown aks"),
        ("[[steps]]", "[[steps", "is no playbook"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_is_wrong(
    wrong: str, right: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / "doors.toml").write_text(CHECKLIST.replace(wrong, right), encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        playbooks(tmp_path)
