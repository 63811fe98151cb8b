"""`replay`, of redemptions, tasks and recoveries: their history, step by step, on this release."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
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
    from boxd.workflows.replays import Replayable
    from boxd.workflows.time_machine import Fit, PastMoment

_NO_DEBUGPY = (
    "debugpy is not installed; it is not part of boxd's package: run this from a checkout after"
    " make .venv/set-up-for-test, there also on another box's history (--file, --key)"
)
_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class RecordedMoment:
    """A moment of the workflow, and what the ledger's audit trail got since the moment before."""

    moment: PastMoment
    recorded: tuple[str, ...] = ()


@dataclass(frozen=True)
class _WantedHistory:
    """Which history: the server's of this kind and name, or a file's."""

    kind: str
    name: str
    file: Path | None
    key: Path | None


def add_replay(group: BoxdGroup, kind: str) -> None:
    """Give a group of commands its `replay` of this kind of workflow."""

    @click.argument("name", metavar=kind.upper())
    @click.option("--at", "event", type=click.IntRange(1), help="Only the state after this event.")
    @click.option(
        "--debug",
        type=click.IntRange(1),
        is_flag=False,
        flag_value=1,
        metavar="[EVENT]",
        help="Stop in a debugger where the turn with this event begins; without one, the first.",
    )
    @click.option(
        "--debug-port", type=click.IntRange(1, 65535), default=5678, help="[default: 5678]"
    )
    @click.option("--file", type=_FILE, help="A history's file, also of another box.")
    @click.option("--key", type=_FILE, help="With --file: the sealing key of the box it is from.")
    @json_option
    def replay(
        name: str,
        event: int | None,
        debug: int | None,
        debug_port: int,
        file: Path | None,
        key: Path | None,
        as_json: bool,
    ) -> int | None:
        if debug is not None:
            return asyncio.run(_debug(_WantedHistory(kind, name, file, key), debug, debug_port))
        return asyncio.run(_replay(_WantedHistory(kind, name, file, key), event, as_json))

    replay.__doc__ = (
        f"Run the history of {kind.upper()} against this release: does it fit, and what did the"
        " workflow know after each step?\n\nFor who may read the sealing key: root, or the box's"
        " user. Exits with 1 if it does not fit. The digits of a code are never shown."
    )
    words = f"boxd {group.name} replay"
    examples = (f"{words} ID", f"{words} ID --at 15", f"{words} ID --debug 15")
    group.add_command(click.command("replay", cls=BoxdCommand, examples=examples)(replay))


async def _found(asked: _WantedHistory) -> Replayable:
    from boxd.workflows.replays import from_file, from_server

    if asked.file is not None:
        return from_file(configuration(), asked.file, asked.key)
    return await from_server(configuration(), asked.kind, asked.name)


async def _debug(asked: _WantedHistory, event: int, port: int) -> None:
    """Stop where the turn with the event begins; in a terminal, go on from turn to turn."""
    stop = await asyncio.to_thread(debugger, port)
    history, machine = await _found(asked)
    while True:
        moment = await machine.stopped(history, event, stop)
        click.echo(f"after event {moment.last}: {'; '.join(moment.happened)}")
        if not sys.stdin.isatty():
            return
        event = _next_turn(machine.turns(history), moment.last)
        if not event:
            return


def debugger(port: int) -> Callable[[], None]:
    """Wait for a debugger on this machine; what is returned stops in it. Raises BoxdError."""
    try:
        import debugpy
    except ImportError:
        raise BoxdError(_NO_DEBUGPY) from None
    try:
        debugpy.listen(("127.0.0.1", port))
    except (OSError, RuntimeError) as error:
        text = "port {port} can't be listened on ({why}); take another with --debug-port"
        raise BoxdError(text.format(port=port, why=error)) from error
    click.echo(f"waiting for a debugger at 127.0.0.1:{port} (see docs/time-machine.md)", err=True)
    debugpy.wait_for_client()
    stop: Callable[[], None] = debugpy.breakpoint
    return stop


def _next_turn(turns: Sequence[int], last: int) -> int:
    """The turn that somebody asks for after the one that ends with `last`; 0 to end."""
    at = turns.index(last)
    way = click.prompt(
        "forward, back, again or quit", type=click.Choice(("f", "b", "a", "q")), default="f"
    )
    step = {"f": 1, "b": -1, "a": 0}.get(way)
    if step is None or at + step >= len(turns):
        return 0
    return turns[max(0, at + step)]


async def _replay(asked: _WantedHistory, event: int | None, as_json: bool) -> int | None:
    history, machine = await _found(asked)
    if event is not None:
        _show_state(await machine.moment(history, event), as_json)
        return None
    verdict = await machine.verdict(history)
    entries = _entries(asked.name) if asked.kind == "redemption" and asked.file is None else ()
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
