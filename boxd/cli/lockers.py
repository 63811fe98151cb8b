"""`boxd lockers`: the lockers, and the recorded override that opens one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor, configuration
from boxd.cli.program import FAILED
from boxd.cli.spinner import waiting
from boxd.cli.tables import say_json, style_of, table
from boxd.daemon.instance_lock import is_held
from boxd.errors import NotFound, Refused

if TYPE_CHECKING:
    from boxd.config.schema import Config

LOCKER = click.IntRange(1, 99)


@click.group(
    "lockers",
    cls=BoxdGroup,
    examples=("boxd lockers list", 'boxd lockers open 2 --reason "prize stuck"'),
)
def command() -> None:
    """Show the lockers, open them, take them out of service."""


@command.command("list", examples=("boxd lockers list", "boxd lockers list --json"))
@json_option
def list_lockers(as_json: bool) -> None:
    """List the lockers: state, door, latch, content."""
    body = daemon.get("/api/v1/lockers")
    if as_json:
        say_json(body)
        return
    columns = ("id", "bay", "state", "door", "believed", "latch", "prize", "reason")
    table(
        ("locker#", *columns[1:]),
        [tuple(locker[column] for column in columns) for locker in body["lockers"]],
    )


@command.command(
    "open",
    examples=(
        'boxd lockers open 2 --reason "prize stuck"',
        'sudo boxd lockers open 2 --reason "boxd will not start" --direct',
    ),
)
@click.argument("locker", type=LOCKER)
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@click.option("--direct", is_flag=True, help="Without the daemon, when it does not run.")
@click.option("--yes", is_flag=True, help="With --direct: do not ask.")
@dry_run_option
@json_option
def open_locker(
    locker: int, *, reason: str, direct: bool, yes: bool, dry_run: bool, as_json: bool
) -> int | None:
    """Open LOCKER at once: one pulse to its latch, recorded with your name and the reason.

    Works while Temporal is down; with --direct also while boxd is. Exits with 1 if the latch did
    not open or that is unknown; the pulse is never repeated automatically.
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty: say why the locker is opened")
    if dry_run:
        say_dry_run(_would_open(locker, direct), as_json)
        return None
    if direct:
        outcome = _open_directly(locker, reason, yes)
    else:
        asked = {"reason": reason, "actor": actor()}
        outcome = daemon.post(f"/api/v1/lockers/{locker}/open", asked)
    if as_json:
        say_json(outcome)
    else:
        _tell(locker, outcome)
    return None if outcome["outcome"] == "done" else FAILED


def _tell(locker: int, outcome: dict[str, Any]) -> None:
    word = str(outcome["outcome"])
    click.echo(f"locker {locker}: ", nl=False)
    click.secho(word, fg=style_of(word) or None, nl=False)
    click.echo(f": {outcome['note']}" if outcome.get("note") else "")
    if word == "failed":
        click.echo("Nothing was sent: mend that, then open it again.", err=True)
    elif word != "done":
        click.echo("Look at the locker before you open it again.", err=True)


def _would_open(locker: int, direct: bool) -> str:
    """What opening the locker would mean. Raises NotFound and Refused where it would not open."""
    config = configuration()
    _refuse_unknown(config, locker)
    if direct:
        _refuse_while_running(config.lock_file)
        return f"locker {locker} would be opened without the daemon"
    found = daemon.get("/api/v1/lockers")["lockers"]
    state = next(each["state"] for each in found if each["id"] == locker)
    return f"locker {locker} would be opened; it is '{state}' now"


def _open_directly(locker: int, reason: str, yes: bool) -> dict[str, Any]:
    config = configuration()
    _refuse_unknown(config, locker)
    _refuse_while_running(config.lock_file)
    if not yes:
        click.confirm(f"Open locker {locker} of {config.box.id} now?", abort=True, err=True)
    from boxd.daemon import open_directly

    with waiting(f"opening locker {locker}"):
        done = open_directly(config, locker, actor(), reason)
    return {"outcome": str(done.outcome), "note": done.note}


def _refuse_unknown(config: Config, locker: int) -> None:
    known = [each.id for each in config.lockers]
    if locker not in known:
        raise NotFound(
            f"there is no locker {locker} in {config.box.id}; "
            f"known: {', '.join(map(str, known)) or 'none'}"
        )


def _refuse_while_running(lock_file: Path) -> None:
    """Raise Refused while a boxd holds the box's lock."""
    if is_held(lock_file):
        raise Refused(
            "boxd runs and holds the latches: leave out --direct, "
            "or stop it first (`sudo systemctl stop boxd`)"
        )


@command.command(
    "out-of-service", examples=('boxd lockers out-of-service 3 --reason "latch bent"',)
)
@click.argument("locker", type=LOCKER)
@click.option("--reason", required=True, help="Why; it shows on the HUD.")
@json_option
def out_of_service(locker: int, reason: str, as_json: bool) -> None:
    """Take LOCKER out of service: it gets no prize until it is back."""
    asked = {"reason": reason, "actor": actor()}
    body = daemon.post(f"/api/v1/lockers/{locker}/out-of-service", asked)
    if as_json:
        say_json(body)
    else:
        click.echo(f"locker {locker} is out of service: {reason}")


@command.command("in-service", examples=("boxd lockers in-service 3",))
@click.argument("locker", type=LOCKER)
@json_option
def in_service(locker: int, as_json: bool) -> None:
    """Take LOCKER back into service."""
    body = daemon.post(f"/api/v1/lockers/{locker}/in-service", {"actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"locker {locker} is in service")
