"""The schema of the task sections: what attendees do to earn codes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from boxd.config.values import Name, Section
from boxd.task import Demand
from boxd.text_fields import LanguageCode, Line, Sku

Moment = Annotated[
    AwareDatetime,
    Field(description="a date and time with its offset, e.g. 2026-05-02T18:00:00+02:00"),
]


class CheckpointSection(Section):
    """A place where attendees scan for a task."""

    id: Name
    name: Line


class TaskTranslation(Section):
    """What a task is called, and its text, in another language."""

    language: LanguageCode
    name: Line
    text: str = ""


class Task(Section):
    """A kind of task. Without `needed` it asks for all its checkpoints."""

    id: Name
    name: Line
    text: str = ""
    checkpoints: tuple[Name, ...] = ()
    needed: int | None = Field(default=None, ge=1, le=1000)
    submission: Demand = Demand.NONE
    verdict: bool = False
    tries: int = Field(default=3, ge=1, le=1000)
    expires_at: Moment | None = None
    prizes: tuple[Sku, ...] = ()
    translations: tuple[TaskTranslation, ...] = ()
