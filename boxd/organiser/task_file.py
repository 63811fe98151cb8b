"""A file of tasks: checkpoints and tasks as the configuration file writes them, in TOML."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from boxd.config.task_rules import broken_demands
from boxd.config.task_schema import CheckpointSection, Task
from boxd.config.toml_errors import in_plain_words
from boxd.config.values import Section
from boxd.errors import BadInput
from boxd.ledger.ledger import as_text
from boxd.task import Checkpoint, Demand, TaskKind, TaskTexts

LARGEST_BYTES = 256 * 1024


class TaskFile(Section):
    """The sections of a file of tasks; any other is an error."""

    checkpoints: tuple[CheckpointSection, ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def kinds(self) -> list[TaskKind]:
        """The tasks as kinds."""
        return [kind_of(task) for task in self.tasks]

    @property
    def places(self) -> list[Checkpoint]:
        """The checkpoints."""
        return [Checkpoint(each.id, each.name) for each in self.checkpoints]


File = TypeVar("File", bound=TaskFile)


def kind_of(task: Task) -> TaskKind:
    """The kind that a section describes."""
    return TaskKind(
        id=task.id,
        name=task.name,
        text=task.text,
        checkpoints=task.checkpoints,
        needed=len(task.checkpoints) if task.needed is None else task.needed,
        submission=task.submission,
        verdict=task.verdict,
        tries=task.tries,
        expires_at=None if task.expires_at is None else as_text(task.expires_at),
        prizes=task.prizes,
        translations=tuple(
            TaskTexts(each.language, each.name, each.text) for each in task.translations
        ),
    )


def why_broken(kind: TaskKind) -> str:
    """Why a kind can't be published; empty if it can."""
    for key in ("checkpoints", "prizes"):
        named = getattr(kind, key)
        if len(set(named)) < len(named):
            return f"task '{kind.id}': one of its {key} is named twice; name each once"
    languages = [each.language for each in kind.translations]
    if len(set(languages)) < len(languages):
        return f"task '{kind.id}': a language is there twice; name each once"
    return next((f"task '{kind.id}'{why}" for _, why in broken_demands(kind)), "")


def read(raw: bytes) -> TaskFile:
    """The tasks in a file. Raises BadInput with what is wrong."""
    found = parsed(raw, TaskFile)
    if not found.tasks:
        raise BadInput("the file has no tasks; each begins with [[tasks]]")
    return found


def parsed(raw: bytes, form: type[File]) -> File:
    """The sections of a file, whose tasks can be published. Raises BadInput with what is wrong."""
    if len(raw) > LARGEST_BYTES:
        raise BadInput("the file is too large for tasks; 256 KB are the most")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8 text; save it as UTF-8") from None
    try:
        # As JSON, because only there a strict reading accepts "text" for an enum.
        values = to_json(tomllib.loads(text), inf_nan_mode="constants")
        found = form.model_validate_json(values, strict=True)
    except ValidationError as error:
        raise BadInput("; ".join(_lines(error))) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"line {in_plain_words(error, text)}") from None
    for kind in found.kinds:
        if why := why_broken(kind):
            raise BadInput(why)
    return found


def _lines(error: ValidationError) -> Iterator[str]:
    for each in error.errors()[:5]:
        yield f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"


def written(kinds: Iterable[TaskKind], checkpoints: Sequence[Checkpoint]) -> str:
    """The kinds and the checkpoints that they name, as `read` takes them."""
    kinds = list(kinds)
    named = {each for kind in kinds for each in kind.checkpoints}
    places = [each for each in checkpoints if each.id in named]
    parts = [_section("checkpoints", {"id": each.id, "name": each.name}) for each in places]
    for kind in kinds:
        parts.append(_section("tasks", _values(kind)))
        parts += [
            _section(
                "tasks.translations",
                {"language": each.language, "name": each.name, "text": each.text},
            )
            for each in kind.translations
        ]
    return "\n".join(parts)


def _values(kind: TaskKind) -> dict[str, object]:
    """What a section says, without what it would mean anyway."""
    values: dict[str, object] = {"id": kind.id, "name": kind.name, "text": kind.text}
    if kind.checkpoints:
        values |= {"checkpoints": list(kind.checkpoints), "needed": kind.needed}
    if kind.submission is not Demand.NONE:
        values["submission"] = kind.submission.value
    if kind.verdict:
        values |= {"verdict": True, "tries": kind.tries}
    if kind.expires_at is not None:
        values["expires_at"] = datetime.fromisoformat(kind.expires_at)
    if kind.prizes:
        values["prizes"] = list(kind.prizes)
    return values


def _section(name: str, values: dict[str, object]) -> str:
    lines = [f"{key} = {_written(value)}" for key, value in values.items() if value != ""]
    return "\n".join([f"[[{name}]]", *lines, ""])


def _written(value: object) -> str:
    """A value in TOML, whose strings are those of JSON."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return json.dumps(value, ensure_ascii=False)
