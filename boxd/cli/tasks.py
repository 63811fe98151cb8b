"""`boxd tasks`: what attendees do to earn codes, and how organisers help."""

from __future__ import annotations

import uuid
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.replaying import add_replay
from boxd.cli.sheets import qr
from boxd.cli.tables import heading, say_json, style_of, table
from boxd.cli.task_kinds import export, kinds, publish, withdraw
from boxd.cli.times import present, when
from boxd.task import TaskState


@click.group(
    "tasks",
    cls=BoxdGroup,
    examples=("boxd tasks list --state open", "boxd tasks approve hunt.17", "boxd tasks qr"),
)
def command() -> None:
    """List, show and judge the attendees' tasks."""


for each in (qr, kinds, publish, export, withdraw):
    command.add_command(each)


@command.command(
    "list",
    examples=(
        "boxd tasks list",
        "boxd tasks list --state open --kind hunt",
        "boxd tasks list --attendee badge-1042 --json",
    ),
)
@click.option(
    "--state", type=click.Choice([state.value for state in TaskState]), help="Only in this state."
)
@click.option("--kind", help="Only of this kind.")
@click.option("--attendee", help="Only this attendee's tasks.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@json_option
def list_tasks(
    state: str | None, kind: str | None, attendee: str | None, limit: int, as_json: bool
) -> None:
    """List tasks, newest first, and who acts next."""
    body = daemon.get("/api/v1/tasks", state=state, kind=kind, attendee=attendee, limit=limit)
    if as_json:
        say_json(body)
        return
    now = present()
    names = _names({task["attendee"] for task in body["tasks"]})
    table(
        ("task", "attendee", "kind", "state", "missing", "awaited from", "since"),
        [
            (
                task["id"],
                names.get(task["attendee"], ""),
                task["kind"],
                task["state"],
                ", ".join(task["missing"]),
                task["awaited_from"],
                when(task["since"], now),
            )
            for task in body["tasks"]
        ],
        nothing="no tasks like that",
    )
    if body["next"] is not None:
        click.echo("There are more: --limit, --state, --kind or --attendee.")


def _names(numbers: set[int]) -> dict[int, str]:
    """The references of the attendees with these numbers; pseudonyms of forgotten ones."""
    if not numbers:
        return {}
    wanted = ",".join(str(number) for number in sorted(numbers))
    found = daemon.get("/api/v1/attendees", numbers=wanted)["attendees"]
    return {each["number"]: each["reference"] or each["pseudonym"] for each in found}


@command.command("show", examples=("boxd tasks show hunt.17", "boxd tasks show hunt.17 --json"))
@click.argument("task", metavar="TASK")
@json_option
def show(task: str, as_json: bool) -> None:
    """Show one task: what is missing, and all scans, submissions and verdicts."""
    body = daemon.get(f"/api/v1/tasks/{daemon.quoted(task)}")
    if as_json:
        say_json(body)
        return
    _show_standing(body["task"])
    _show_details(body)


def _show_standing(task: dict[str, Any]) -> None:
    click.echo(f"{task['id']} ({task['name']}): ", nl=False)
    state = str(task["state"])
    click.secho(state.replace("_", " "), fg=style_of(state) or None, bold=True, nl=False)
    click.echo(f", since {when(task['since'], present())}")
    if task["missing"]:
        click.echo(f"missing: {', '.join(task['missing'])}; awaited from: {task['awaited_from']}")
    if task["last_refusal"]:
        click.echo(f"last refused: {task['last_refusal']}; tries left: {task['tries_left']}")
    if task["code"]:
        click.echo(f"code number {task['code']}: boxd codes show {task['code']}")


def _show_details(body: dict[str, Any]) -> None:
    now = present()
    lists: dict[str, tuple[str, ...]] = {
        "scans": ("checkpoint", "actor", "at"),
        "submissions": ("text", "actor", "at"),
        "verdicts": ("approved", "reason", "actor", "at"),
        "issues": ("id", "state", "sku", "code", "why", "asked_at"),
    }
    for name, columns in lists.items():
        if body[name]:
            heading(name.capitalize())
            rows = [[_told(column, row[column], now) for column in columns] for row in body[name]]
            table([column.replace("_", " ") for column in columns], rows)


def _told(column: str, value: Any, now: Any) -> object:
    if column.endswith("at"):
        return when(value, now)
    if column == "approved":
        return "yes" if value else "no"
    return value


@command.command(
    "start",
    examples=("boxd tasks start hunt badge-1042", "boxd tasks start talk badge-1042 --json"),
)
@click.argument("kind")
@click.argument("attendee")
@json_option
def start(kind: str, attendee: str, as_json: bool) -> None:
    """Start the task of this KIND for ATTENDEE; a second time returns the same task."""
    asked = {"kind": kind, "attendee": attendee, "actor": actor()}
    body = daemon.post("/api/v1/tasks", asked)
    _say(body, as_json)
    tell_near_twins(body)


@command.command("scan", examples=("boxd tasks scan hunt.17 entrance",))
@click.argument("task", metavar="TASK")
@click.argument("checkpoint")
@json_option
def scan(task: str, checkpoint: str, as_json: bool) -> None:
    """Count CHECKPOINT for TASK, where the attendee's phone can't."""
    _ask(task, "scans", {"checkpoint": checkpoint}, as_json)


@command.command("submit", examples=('boxd tasks submit talk.17 "https://example.org/my-talk"',))
@click.argument("task", metavar="TASK")
@click.argument("text")
@json_option
def submit(task: str, text: str, as_json: bool) -> None:
    """Submit TEXT for TASK, where the attendee's phone can't."""
    _ask(task, "submission", {"text": text}, as_json)


@command.command("approve", examples=("boxd tasks approve hunt.17",))
@click.argument("task", metavar="TASK")
@json_option
def approve(task: str, as_json: bool) -> None:
    """Approve TASK: its code is issued."""
    _ask(task, "verdict", {"approved": True}, as_json)


@command.command("refuse", examples=('boxd tasks refuse hunt.17 --reason "the demo fails"',))
@click.argument("task", metavar="TASK")
@click.option("--reason", required=True, help="Why; the attendee reads it, and may try again.")
@dry_run_option
@json_option
def refuse(task: str, *, reason: str, dry_run: bool, as_json: bool) -> None:
    """Refuse TASK for a reason; the attendee may try again while tries are left."""
    if dry_run:
        say_dry_run(f"{_state_of(task)}; it would be refused", as_json)
        return
    _ask(task, "verdict", {"approved": False, "reason": reason}, as_json)


@command.command(
    "give-up", examples=('boxd tasks give-up hunt.17 --reason "the attendee has left"',)
)
@click.argument("task", metavar="TASK")
@click.option("--reason", default="", help="Why; it is kept in the audit trail.")
@dry_run_option
@json_option
def give_up(task: str, *, reason: str, dry_run: bool, as_json: bool) -> None:
    """Give TASK up: nothing more is awaited, there is no code for it, and it can't begin again."""
    if dry_run:
        say_dry_run(f"{_state_of(task)}; it would be given up", as_json)
        return
    _ask(task, "withdrawal", {"reason": reason}, as_json)


@command.command("issue-again", examples=("boxd tasks issue-again hunt.17",))
@click.argument("task", metavar="TASK")
@json_option
def issue_again(task: str, as_json: bool) -> None:
    """Retry issuing the code of a TASK that was sold out, over the limit, or failed."""
    path = f"/api/v1/tasks/{daemon.quoted(task)}/code"
    _say(daemon.post(path, {"actor": actor()}), as_json)


def _state_of(task: str) -> str:
    found = daemon.get(f"/api/v1/tasks/{daemon.quoted(task)}")["task"]
    return f"{task} is '{str(found['state']).replace('_', ' ')}'"


def _ask(task: str, what: str, said: dict[str, object], as_json: bool) -> None:
    path = f"/api/v1/tasks/{daemon.quoted(task)}/{what}"
    _say(daemon.post(path, said | {"actor": actor()}, key=str(uuid.uuid4())), as_json)


def _say(body: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(body)
    else:
        _show_standing(body["task"])


add_replay(command, "task")
