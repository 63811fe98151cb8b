"""`boxd recover ledger`: a damaged ledger put together again from what is still proven."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand, dry_run_option, json_option, say_nothing_changed
from boxd.cli.context import actor, configuration
from boxd.cli.spinner import waiting
from boxd.cli.tables import say_json, table
from boxd.daemon.instance_lock import only_one

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.salvage.ledger_recovery import RecoveredLedger


@click.command(
    "ledger",
    cls=BoxdCommand,
    examples=("boxd recover ledger --dry-run", "boxd recover ledger"),
)
@click.option("--yes", is_flag=True, help="Don't ask first.")
@dry_run_option
@json_option
def command(*, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Put a damaged ledger together again, while boxd is stopped; the damaged one is kept.

    Each table whose sum fits is taken as it is. If one does not, the newest whole backup is the
    beginning, and what the audit trail still proves is carried over: a code that was used is never
    good again. The difference is shown, and what can't be proven is named, before it is put in
    place.
    """
    from boxd.salvage.ledger_recovery import recover

    config = configuration()
    witnesses: list[str] = []
    is_agreed = False
    reading = ExitStack()

    def agreed(found: RecoveredLedger) -> bool:
        nonlocal is_agreed
        reading.close()
        witnesses.extend(_witnesses(config, found))
        if not as_json:
            _show(found, witnesses)
        is_agreed = not dry_run and (yes or _asks(config, found))
        return is_agreed

    with only_one(config.lock_file), reading:
        reading.enter_context(waiting("reading the ledger, the backups and the audit trail"))
        now = datetime.now(UTC)
        found = recover(config.ledger_file, config.backup_dir, actor(), now, agreed)
    if as_json:
        say_json(_as_json(found, witnesses, is_in_place=is_agreed))
    elif dry_run:
        say_nothing_changed()
    elif not is_agreed:
        click.echo("nothing was changed")
    else:
        click.echo(f"recovered; the damaged ledger is in {found.set_aside}")
        click.echo("Start boxd, then: boxd recover after-a-restore")


def _asks(config: Config, found: RecoveredLedger) -> bool:
    question = f"Put this in the place of the ledger of {config.box.id}, which is kept?"
    return click.confirm(question, err=True)


def _witnesses(config: Config, found: RecoveredLedger) -> list[str]:
    from boxd.salvage.other_witnesses import unexplained_pulses, unknown_redemptions

    with waiting("asking Temporal, and reading the trace"):
        pulses = unexplained_pulses(config.trace_file, found.orders)
        told = asyncio.run(unknown_redemptions(config, found.redemptions))
    return [*([pulses] if pulses else []), *told]


def _show(found: RecoveredLedger, witnesses: list[str]) -> None:
    click.echo(f"The ledger is damaged: {found.why_damaged}")
    if found.base is None:
        click.echo("Each of its rows is proven, by the sums of its tables: nothing is lost.")
    else:
        click.echo(f"Not proven: {', '.join(found.unproven)}. The beginning is {found.base},")
        click.echo(f"with {found.contents.entries} rows of the trail, the last of")
        click.echo(f"{found.contents.last_at}; {found.beyond.rows} more are proven since.")
    table(
        ("what", "was", "becomes", "because"),
        [(each.what, each.was, each.becomes, each.because) for each in found.changes],
        nothing="nothing has to be carried over",
    )
    for each in (*_unproven(found), *witnesses):
        click.echo(f"- {each}")


def _unproven(found: RecoveredLedger) -> list[str]:
    """What is missing, in words."""
    later = found.beyond
    said = [
        f"rows {gap.first} to {gap.last} of the trail can't be read: what they said is not known,"
        " and codes used there are good again"
        for gap in later.gaps
    ]
    if later.new_codes:
        numbers = ", ".join(map(str, later.new_codes[:20]))
        said.append(f"codes made since are unknown, issue new ones: {numbers}")
    if later.left_out:
        counted = ", ".join(f"{count} {action}" for action, count in sorted(later.left_out.items()))
        said.append(f"happened since and is not carried over: {counted}")
    if found.base is not None and not later.rows:
        said.append("no row of the trail is proven since: codes used since are good again")
    return said


def _as_json(
    found: RecoveredLedger, witnesses: list[str], *, is_in_place: bool
) -> dict[str, object]:
    return {
        "in_place": is_in_place,
        "why_damaged": found.why_damaged,
        "base": str(found.base) if found.base else None,
        "unproven_tables": found.unproven,
        "proven_since": found.beyond.rows,
        "changes": [vars(each) for each in found.changes],
        "missing": [*_unproven(found), *witnesses],
        "set_aside": str(found.set_aside) if is_in_place else None,
    }
