"""A playbook from plain values: a file's, or those that an open recovery keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from boxd.errors import BadInput
from boxd.recovery import (
    END,
    FAILED,
    PASSED,
    AboutWhat,
    Choice,
    Deed,
    OwnWork,
    Playbook,
    PlaybookStep,
)

_NO_CHOICE = "step '{step}' of playbook '{playbook}' has no choices and calls nothing"


_NOT_ANSWERED = (
    "step '{step}' of playbook '{playbook}' runs something; boxd answers with the choices"
    " 'passed' and 'failed', and a person needs a third one"
)


def as_playbook(content: Mapping[str, Any]) -> Playbook:
    """The playbook with this content. Raises BadInput naming what is wrong."""
    name = str(content.get("id", ""))
    try:
        playbook = Playbook(
            id=name,
            title=str(content["title"]),
            when=str(content.get("when", "")),
            steps=tuple(_step(each) for each in content["steps"]),
            needs=tuple(AboutWhat(each) for each in content.get("needs", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        text = "playbook '{playbook}' can't be read: {why}"
        raise BadInput(text.format(playbook=name, why=_why(error))) from error
    _require_a_way(playbook)
    return playbook


def _why(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _step(content: Mapping[str, Any]) -> PlaybookStep:
    known = _known(PlaybookStep, content)
    choices = tuple(_choice(each) for each in known.pop("choices", ()))
    runs = known.pop("runs", None)
    return PlaybookStep(choices=choices, runs=OwnWork(runs) if runs else None, **known)


def _choice(content: Mapping[str, Any]) -> Choice:
    known = _known(Choice, content)
    does = known.pop("does", None)
    return Choice(does=Deed(does) if does else None, **known)


def _known(kind: type[PlaybookStep] | type[Choice], content: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    if unknown := set(content) - names:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(names))}")
    return dict(content)


def _require_a_way(playbook: Playbook) -> None:
    """Every step can be left, and what follows it is there."""
    names = {step.id for step in playbook.steps} | {END}
    if not playbook.steps:
        raise BadInput(f"playbook '{playbook.id}' has no steps")
    for step in playbook.steps:
        if not step.choices and not step.calls:
            raise BadInput(_NO_CHOICE.format(step=step.id, playbook=playbook.id))
        if step.runs and not ({PASSED, FAILED} < {choice.id for choice in step.choices}):
            raise BadInput(_NOT_ANSWERED.format(step=step.id, playbook=playbook.id))
        for following in (step.then, *(choice.next for choice in step.choices)):
            if following not in names:
                text = "step '{step}' of playbook '{playbook}' leads to '{next}', which is none"
                raise BadInput(text.format(step=step.id, playbook=playbook.id, next=following[:40]))
