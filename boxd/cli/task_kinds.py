"""`boxd tasks kinds`, `publish`, `export` and `withdraw`: what attendees can do, in versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import actor
from boxd.cli.files.atomic_write import written as file_written
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when
from boxd.errors import BadInput
from boxd.organiser.task_file import TaskFile, read, written
from boxd.task import Checkpoint, Demand, TaskKind, TaskTexts

_PATH = "/api/v1/task-kinds"


@click.command("kinds", cls=BoxdCommand, examples=("boxd tasks kinds",))
@json_option
def kinds(as_json: bool) -> None:
    """List the kinds of task that attendees can begin, and the version of each."""
    found = [_present(each["id"]) for each in daemon.get(_PATH)["kinds"]]
    if as_json:
        say_json({"kinds": found})
        return
    now = present()
    table(
        ("kind", "name", "version#", "published", "by", "open#"),
        [
            (
                each["id"],
                each["name"],
                each["version"],
                when(each["published_at"], now),
                each["publisher"],
                each["open_tasks"],
            )
            for each in found
        ],
        nothing="no kinds of task yet: boxd tasks publish FILE",
    )


@click.command(
    "publish",
    cls=BoxdCommand,
    examples=("boxd tasks publish tasks.toml", "boxd tasks export | boxd tasks publish -"),
)
@click.argument("file", type=click.File("rb"))
@json_option
def publish(file: Any, as_json: bool) -> None:
    """Publish the tasks in FILE, written as in the configuration file. No restart is needed.

    A task that there is already gets a new version; open tasks keep the one they began with. Tasks
    of the configuration file are changed there.
    """
    try:
        found = read(file.read())
    except BadInput as error:
        raise click.ClickException(f"{file.name}: {error}") from None
    body = daemon.post(_PATH, _asked(found) | {"actor": actor()})
    if as_json:
        say_json(body)
        return
    for each in body["kinds"]:
        click.echo(f"{each['id']}: {each['name']}, version {each['version']}")


def _asked(found: TaskFile) -> dict[str, Any]:
    """The request that publishes a file."""
    asked = found.model_dump(mode="json", exclude_none=True)
    return {"kinds": asked["tasks"], "checkpoints": asked["checkpoints"]}


@click.command(
    "export",
    cls=BoxdCommand,
    examples=("boxd tasks export", "boxd tasks export hunt demo --output tasks.toml"),
)
@click.argument("kind", nargs=-1)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="-",
    help="The file; - is the screen [default: -].",
)
def export(kind: tuple[str, ...], output: Path) -> None:
    """Write kinds of task as TOML: those named, or all that are offered."""
    offered = daemon.get(_PATH)
    wanted = kind or tuple(each["id"] for each in offered["kinds"])
    places = [Checkpoint(each["id"], each["name"]) for each in offered["checkpoints"]]
    text = written([_kind(_present(each)) for each in wanted], places)
    with file_written(output) as out:
        out.write(text)


@click.command("withdraw", cls=BoxdCommand, examples=("boxd tasks withdraw hunt",))
@click.argument("kind")
@json_option
def withdraw(kind: str, as_json: bool) -> None:
    """Offer KIND to nobody else; its open tasks go on. `boxd tasks publish` offers it again."""
    body = daemon.post(f"{_PATH}/{daemon.quoted(kind)}/withdraw", {"actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"{kind} is offered to nobody else")


def _present(kind: str) -> dict[str, Any]:
    """The present version of a kind."""
    found: dict[str, Any] = daemon.get(f"{_PATH}/{daemon.quoted(kind)}")["versions"][0]
    return found


def _kind(told: dict[str, Any]) -> TaskKind:
    return TaskKind(
        id=told["id"],
        name=told["name"],
        text=told["text"],
        checkpoints=tuple(told["checkpoints"]),
        needed=told["needed"],
        submission=Demand(told["submission"]),
        verdict=told["verdict"],
        tries=told["tries"],
        expires_at=told.get("expires_at"),
        prizes=tuple(told["prizes"]),
        translations=tuple(TaskTexts(**each) for each in told["translations"]),
    )
