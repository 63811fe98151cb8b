"""`replay`, of redemptions, tasks and recoveries: their history, step by step, on this release."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand, BoxdGroup, json_option
from boxd.cli.context import configuration
from boxd.cli.program import FAILED
from boxd.cli.tables import say_json, table

if TYPE_CHECKING:
    from boxd.workflows.time_machine import Fit, PastMoment

_FILE = click.Path(dir_okay=False, path_type=Path)


def add_replay(group: BoxdGroup, kind: str) -> None:
    """Give a group of commands its `replay` of this kind of workflow."""

    @click.argument("name", metavar=kind.upper())
    @click.option("--at", "event", type=click.IntRange(1), help="Only the state after this event.")
    @click.option("--file", type=_FILE, help="A history's file, also of another box.")
    @click.option("--key", type=_FILE, help="With --file: the sealing key of the box it is from.")
    @json_option
    def replay(
        name: str, event: int | None, file: Path | None, key: Path | None, as_json: bool
    ) -> int | None:
        return asyncio.run(_replay(kind, name, event, file, key, as_json))

    replay.__doc__ = (
        f"Run the history of {kind.upper()} against this release: does it fit, and what did the"
        " workflow know after each step?\n\nFor who may read the sealing key: root, or the box's"
        " user. Exits with 1 if it does not fit. The digits of a code are never shown."
    )
    words = f"boxd {group.name} replay"
    examples = (f"{words} ID", f"{words} ID --at 15", f"{words} ID --file healed/HISTORY.json")
    group.add_command(click.command("replay", cls=BoxdCommand, examples=examples)(replay))


async def _replay(
    kind: str, name: str, event: int | None, file: Path | None, key: Path | None, as_json: bool
) -> int | None:
    from boxd.workflows.replays import from_file, from_server

    if file is not None:
        history, machine = from_file(configuration(), file, key)
    else:
        history, machine = await from_server(configuration(), kind, name)
    if event is not None:
        _show_state(await machine.moment(history, event), as_json)
        return None
    verdict = await machine.verdict(history)
    _show_steps(await machine.moments(history), verdict, as_json)
    return None if verdict.fits else FAILED


def _show_state(moment: PastMoment, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(moment))
        return
    click.echo(f"after event {moment.last}, {moment.at}, at {moment.line or 'its end'}")
    click.echo(json.dumps(moment.state, indent=2, ensure_ascii=False))


def _show_steps(moments: Sequence[PastMoment], verdict: Fit, as_json: bool) -> None:
    if as_json:
        steps = [_as_json(each) for each in moments]
        say_json({"fits": verdict.fits, "why": verdict.why, "steps": steps})
        return
    table(
        ("event#", "at", "what happened", "where it waits"),
        [(each.last, each.at, "; ".join(each.happened), each.line) for each in moments],
    )
    click.echo("it fits this release" if verdict.fits else f"it does not fit: {verdict.why}")


def _as_json(moment: PastMoment) -> dict[str, object]:
    return {
        "event": moment.last,
        "at": moment.at,
        "happened": list(moment.happened),
        "line": moment.line,
        "state": dict(moment.state),
    }
