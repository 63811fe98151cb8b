"""`replay`, of redemptions, tasks and recoveries: their history, step by step, on this release."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxd.cli import audit, daemon
from boxd.cli.command_classes import BoxdCommand, BoxdGroup, json_option
from boxd.cli.context import configuration
from boxd.cli.program import FAILED
from boxd.cli.tables import say_json, table
from boxd.errors import BoxdError

if TYPE_CHECKING:
    from boxd.workflows.time_machine import Fit, PastMoment

_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class RecordedMoment:
    """A moment of the workflow, and what the ledger's audit trail got since the moment before."""

    moment: PastMoment
    recorded: tuple[str, ...] = ()


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
    entries = _entries(name) if kind == "redemption" and file is None else ()
    _show_steps(steps(await machine.moments(history), entries), verdict, as_json)
    return None if verdict.fits else FAILED


def _entries(redemption: str) -> Sequence[dict[str, Any]]:
    """A redemption's entries in the audit trail; none, with a word why, while boxd is away."""
    try:
        body = daemon.get(f"/api/v1/redemptions/{daemon.quoted(redemption)}")
    except BoxdError as error:
        click.echo(f"without the audit trail's entries: {error}", err=True)
        return ()
    entries: list[dict[str, Any]] = body["audit"]
    return entries


def steps(moments: Sequence[PastMoment], entries: Sequence[dict[str, Any]]) -> list[RecordedMoment]:
    """Each moment with the entries written since the one before; later ones are the last one's."""
    left, found = list(entries), []
    for moment in moments:
        until = datetime.fromisoformat(moment.at)
        is_last = moment is moments[-1]
        here = [each for each in left if is_last or datetime.fromisoformat(each["at"]) <= until]
        left = [each for each in left if each not in here]
        found.append(RecordedMoment(moment, tuple(_told(each) for each in here)))
    return found


def _told(entry: dict[str, Any]) -> str:
    detail = audit.told_by(entry)
    return f"{entry['action']} by {entry['actor']}" + (f" ({detail})" if detail else "")


def _show_state(moment: PastMoment, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(moment))
        return
    click.echo(f"after event {moment.last}, {moment.at}, at {moment.line or 'its end'}")
    click.echo(json.dumps(moment.state, indent=2, ensure_ascii=False))


def _show_steps(steps: Sequence[RecordedMoment], verdict: Fit, as_json: bool) -> None:
    if as_json:
        shown = [_as_json(each.moment) | {"recorded": list(each.recorded)} for each in steps]
        say_json({"fits": verdict.fits, "why": verdict.why, "steps": shown})
        return
    table(
        ("event#", "at", "what happened", "audit trail", "where it waits"),
        [
            (
                each.moment.last,
                each.moment.at,
                "; ".join(each.moment.happened),
                "; ".join(each.recorded),
                each.moment.line,
            )
            for each in steps
        ],
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
