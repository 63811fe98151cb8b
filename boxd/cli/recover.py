"""`boxd recover`: playbooks that ask one question at a time, and book what was found."""

from __future__ import annotations

import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.recover_ledger import command as ledger_command
from boxd.cli.replaying import add_replay
from boxd.cli.spinner import waiting
from boxd.cli.tables import say_json, table
from boxd.cli.times import when
from boxd.playbooks.own import OWN
from boxd.recovery import GIVE_UP

_PATH = "/api/v1/recoveries"
_RUNS_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.3


class _Recover(BoxdGroup):
    """A playbook's name alone starts it: `boxd recover stocktake`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take a playbook's name for `start` with it."""
        if args[0] in {each.id for each in OWN}:
            args = ["start", *args]
        return super().resolve_command(ctx, args)


@click.group(
    "recover",
    cls=_Recover,
    examples=("boxd recover list", "boxd recover jammed-locker --locker 2"),
)
def command() -> None:
    """Walk through a playbook: one question at a time, each answer booked and kept."""


@command.command("list", examples=("boxd recover list", "boxd recover list --json"))
@json_option
def list_playbooks(as_json: bool) -> None:
    """List the playbooks, and when to start which."""
    body = daemon.get("/api/v1/playbooks")
    if as_json:
        say_json(body)
        return
    table(
        ("playbook", "needs", "when to start it"),
        [(each["id"], ", ".join(each["needs"]), each["when"]) for each in body["playbooks"]],
    )


@command.command("open", examples=("boxd recover open", "boxd recover open --json"))
@json_option
def show_open(as_json: bool) -> None:
    """List what is under way, and what has ended lately."""
    body = daemon.get(_PATH)
    if as_json:
        say_json(body)
        return
    table(
        ("recovery", "since", "state", "question"),
        [
            (each["id"], _at(each["since"]), _state(each), each["question"])
            for each in body["recoveries"]
        ],
        nothing="no recovery was started: boxd recover list",
    )


def _at(iso: str) -> str:
    return when(iso, datetime.now(UTC))


def _state(recovery: dict[str, Any]) -> str:
    if recovery["ended_at"]:
        return str(recovery["outcome"])
    return f"waits for {len(recovery['children'])}" if recovery["children"] else "asks"


@command.command(
    "start",
    examples=(
        "boxd recover start jammed-locker --locker 2",
        "boxd recover start missing-unit --prize mug",
        "boxd recover start stocktake",
    ),
)
@click.argument("playbook")
@click.option("--locker", type=click.IntRange(1, 99), help="The locker that it is about.")
@click.option("--prize", metavar="SKU", help="The prize that it is about.")
@json_option
def start(playbook: str, locker: int | None, prize: str | None, as_json: bool) -> None:
    """Start PLAYBOOK. In a terminal its questions follow; Ctrl-C leaves it open for later."""
    asked = {"playbook": playbook, "locker": locker, "sku": prize, "actor": actor()}
    _go_on(daemon.post(_PATH, asked, key=str(uuid.uuid4()))["recovery"], as_json)


@command.command("show", examples=("boxd recover show jammed-locker-1a2b3c4d",))
@click.argument("recovery")
@json_option
def show(recovery: str, as_json: bool) -> None:
    """Show RECOVERY: its question, the choices, and what was answered."""
    found = _found(recovery)
    if as_json:
        say_json({"recovery": found})
    else:
        _tell(found)


@command.command("resume", examples=("boxd recover resume jammed-locker-1a2b3c4d",))
@click.argument("recovery")
@json_option
def resume(recovery: str, as_json: bool) -> None:
    """Go on with RECOVERY in this terminal, where it stands."""
    _go_on(_found(recovery), as_json)


@command.command(
    "answer",
    examples=(
        "boxd recover answer jammed-locker-1a2b3c4d yes",
        "boxd recover answer missing-unit-1a2b3c4d counted --count 12",
    ),
)
@click.argument("recovery")
@click.argument("choice")
@click.option("--count", type=click.IntRange(0), help="How many, where that is asked.")
@click.option("--note", default="", help="What else is to be kept.")
@dry_run_option
@json_option
def answer(
    recovery: str, choice: str, *, count: int | None, note: str, dry_run: bool, as_json: bool
) -> None:
    """Answer the present question of RECOVERY with CHOICE, or with give-up to end it."""
    if dry_run:
        question = _found(recovery)["question"]
        say_dry_run(f"{question}\nthe answer would be '{choice}'", as_json)
        return
    found = _answer(recovery, {"choice": choice, "count": count, "note": note})
    if as_json:
        say_json({"recovery": found})
    else:
        _tell(found)


def _found(recovery: str) -> dict[str, Any]:
    found: dict[str, Any] = daemon.get(f"{_PATH}/{daemon.quoted(recovery)}")["recovery"]
    return found


def _answer(recovery: str, said: dict[str, object]) -> dict[str, Any]:
    path = f"{_PATH}/{daemon.quoted(recovery)}/answers"
    given = {name: value for name, value in said.items() if value is not None}
    body = daemon.post(path, given | {"actor": actor()}, key=str(uuid.uuid4()))
    found: dict[str, Any] = body["recovery"]
    return found


def _go_on(found: dict[str, Any], as_json: bool) -> None:
    """Ask question after question in a terminal; elsewhere show where it stands."""
    if as_json:
        say_json({"recovery": found})
        return
    while sys.stdin.isatty() and not found["ended_at"]:
        asking = found
        while asking["children"]:
            asking = _found(asking["children"][0])
        if not _has_run(asking):
            _ask(asking)
        found = _found(found["id"])
    _tell(found)


def _has_run(found: dict[str, Any]) -> bool:
    """Wait for what boxd does at this step; whether it has answered."""
    if not found["runs"]:
        return False
    click.secho(f"\n{found['question']}", bold=True)
    until = time.monotonic() + _RUNS_WITHIN_S
    with waiting("boxd is at work"):
        while time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)
            if _found(found["id"])["number"] != found["number"]:
                return True
    return False


def _ask(found: dict[str, Any]) -> None:
    if found["found"]:
        click.echo(f"\nboxd found: {found['found']}")
    click.secho(f"\n{found['question']}", bold=True)
    known = [each["id"] for each in found["choices"]]
    for each in found["choices"]:
        click.echo(f"  {each['id']}: {each['text']}")
    choice = click.prompt(
        "answer", type=click.Choice([*known, GIVE_UP]), default=known[0], err=True
    )
    asks_count = found["counts"] and choice != GIVE_UP
    count = click.prompt("how many", type=click.IntRange(0), err=True) if asks_count else None
    _answer(found["id"], {"choice": choice, "count": count, "number": found["number"]})


def _tell(found: dict[str, Any]) -> None:
    click.echo(f"{found['id']}: {found['title']}")
    for each in found["answers"]:
        booked = f" ({each['booked']})" if each["booked"] else ""
        count = f" {each['count']}" if each["count"] is not None else ""
        note = f": {each['note']}" if each["note"] else ""
        click.echo(f"  {_at(each['at'])} {each['step']}: {each['choice']}{count}{note}{booked}")
    if found["ended_at"]:
        click.echo(f"{found['outcome']}, {_at(found['ended_at'])}")
    elif found["children"]:
        click.echo(f"waits for {', '.join(found['children'])}")
    else:
        click.secho(found["question"], bold=True)
        for choice in found["choices"]:
            click.echo(f"  boxd recover answer {found['id']} {choice['id']}: {choice['text']}")


command.add_command(ledger_command)
add_replay(command, "recovery")
