"""Rules on kinds of task: their checkpoints exist, and each demands something."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.config.duplicates import Use, used_twice
from boxd.config.partial import PartialConfig
from boxd.config.schema_texts import SchemaFinding, nearest
from boxd.config.task_schema import Task
from boxd.task import Demand, TaskKind


def task_faults(partial: PartialConfig) -> Iterator[SchemaFinding]:
    """All faults between tasks and checkpoints."""
    known = [checkpoint.id for checkpoint in partial.config.checkpoints]
    for row, task in enumerate(partial.config.tasks):
        for place, checkpoint in enumerate(task.checkpoints):
            if checkpoint not in known and not partial.is_doubtful("checkpoints", checkpoint):
                guess = nearest(checkpoint, known, "declared are")
                text = f"task '{task.id}': no checkpoint has the id '{checkpoint}'; {guess}"
                yield SchemaFinding(("tasks", row, "checkpoints", place), text)
        yield from _named_twice(row, task)
        if not partial.is_doubtful("tasks", task.id):
            yield from _demands(row, task)


def _named_twice(row: int, task: Task) -> Iterator[SchemaFinding]:
    for key in ("checkpoints", "prizes"):
        uses = [
            Use(("tasks", row, key, place), f"task '{task.id}'", f"'{name}' in {key}")
            for place, name in enumerate(getattr(task, key))
        ]
        yield from used_twice(uses, "name each once")


def _demands(row: int, task: Task) -> Iterator[SchemaFinding]:
    for key, why in broken_demands(task):
        path: tuple[str | int, ...] = ("tasks", row, key) if key else ("tasks", row)
        yield SchemaFinding(path, f"task '{task.id}'{why}")


def broken_demands(task: Task | TaskKind) -> Iterator[tuple[str, str]]:
    """What is wrong with a task's demands: the key, if it is one, and the rule and remedy."""
    there = len(task.checkpoints)
    if not there and task.submission is Demand.NONE and not task.verdict:
        yield (
            "",
            " demands nothing, so everybody would get a code; give it checkpoints, a"
            " submission, or verdict = true",
        )
    if task.needed is not None and task.needed > there:
        yield (
            "needed",
            f": needed = {task.needed}, but it has {there} checkpoints; name more, or make"
            " needed smaller",
        )
    if task.tries != Task.model_fields["tries"].default and not task.verdict:
        yield "tries", ": tries goes with verdict = true, which alone can refuse; remove it"
