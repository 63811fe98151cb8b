"""`boxd backup`: copies of the ledger."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_nothing_changed
from boxd.cli.context import actor, config_path, configuration
from boxd.cli.spinner import waiting
from boxd.cli.tables import counted, say_json, table
from boxd.cli.times import present, when
from boxd.daemon.instance_lock import is_held, only_one
from boxd.errors import BadInput, BoxdError
from boxd.service_user import done_as_owner_of

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.ledger.restore import Restored

_SHOWN_CODES = 20


@click.group(
    "backup",
    cls=BoxdGroup,
    examples=("boxd backup create", "boxd backup list", "boxd backup restore FILE"),
)
def command() -> None:
    """Make, list and restore backups of the ledger."""


def _passphrase_option(command: Any) -> Any:  # what click's decorators take and give
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        metavar="PATH",
        help="With --card: the file that holds the passphrase, instead of a question.",
    )(command)


@command.command(
    "create",
    examples=("boxd backup create", "sudo boxd backup create --card /media/usb/box-1.card"),
)
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write FILE: ledger, keys and configuration, sealed, for a fresh card.",
)
@_passphrase_option
@json_option
def create(card: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Make a backup now; works with and without the daemon.

    The bays go on meanwhile. If nothing has changed since the newest backup, none is made.
    """
    config = configuration()
    passphrase = _passphrase(passphrase_file, is_new=True) if card is not None else ""
    with waiting("making a backup"):
        if is_held(config.lock_file):
            made = _by_daemon()
        else:  # root goes on as root, to write the card backup
            by_hand = partial(_by_hand, config)
            made = json.loads(done_as_owner_of(config.box.state_dir, by_hand))
        if card is not None:
            from boxd.archive.card_backup import make

            file, at = Path(made["file"]), str(made["made_at"])
            make(config, config_path(), file, at, card.absolute(), passphrase)
            made["card"] = str(card)
    if as_json:
        say_json({"backup": made})
    elif made["is_new"]:
        click.echo(f"{made['file']}: {made['entries']} entries, verified")
    else:
        click.echo(f"nothing has happened since {made['file']}, which is whole")
    if card is not None and not as_json:
        click.echo(f"{card}: ledger, keys and configuration, sealed; without the passphrase it is")
        click.echo("worth nothing, to you as well. On a fresh card with boxd installed:")
        click.echo(f"  sudo boxd backup restore --card {card}")
        _tell_left_out(config)


def _tell_left_out(config: Config) -> None:
    from boxd.archive.card_backup import left_out

    if others := left_out(config):
        names = ", ".join(map(str, others))
        click.echo(f"Not in it, because a restore does not put files there: {names}")


def _passphrase(file: Path | None, *, is_new: bool) -> str:
    if file is not None:
        return file.read_text("utf-8").strip()
    asked: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    return asked


def _by_daemon() -> dict[str, Any]:
    while True:
        made: dict[str, Any] | None = daemon.post("/api/v1/backups", {})["backup"]
        if made is not None:
            return made


def _by_hand(config: Config) -> str:
    from boxd.daemon.assembly import backup_rules
    from boxd.ledger import backup, replacing

    with only_one(config.lock_file):
        replacing.finish(config.ledger_file)
        made = backup.make(config.ledger_file, backup_rules(config), lambda: datetime.now(UTC))
    return json.dumps(made.as_json())


@command.command("list", examples=("boxd backup list", "boxd backup list --verify --json"))
@click.option("--verify", is_flag=True, help="Read each from end to end.")
@json_option
def list_backups(verify: bool, as_json: bool) -> None:
    """List the backups, newest first; works with and without the daemon."""
    from boxd.ledger import backup

    directory = configuration().backup_dir
    with waiting("reading the backups"):
        found = [each.as_json() for each in backup.listing(directory, whole=verify)]
    if as_json:
        say_json({"backups": found})
        return
    now = present()
    table(
        ("made", "state", "entries#", "last entry", "KiB#", "file", "why"),
        [
            (
                when(str(b["made_at"]), now),
                b["state"],
                b["entries"],
                when(str(b["last_entry_at"] or ""), now),
                int(str(b["bytes"])) // 1024,
                b["file"],
                b["why"],
            )
            for b in found
        ],
        nothing=f"there is no backup in {directory}: `boxd backup create` makes one",
    )


@command.command("new-key", examples=("boxd backup new-key ~/box-1-backups.key",))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def new_key(file: Path) -> None:
    """Write a new secret key of backups to FILE, and show its public half.

    The public half goes into the configuration: [backups] seal_to. FILE opens every backup that is
    made from then on, and belongs elsewhere: on your laptop, on a stick, on paper.
    """
    from boxd.key_file import write_whole
    from boxd.ledger.backup_seal import new_keys

    if file.exists():
        raise BadInput(f"{file} is there already; name another file, or move that one away")
    keys = new_keys()
    write_whole(file, keys.secret + "\n")
    click.echo(f'seal_to = "{keys.public}"')
    click.echo(
        f"{file} holds the secret half. Without it nobody opens the backups: keep two copies, and"
        " none on the box.",
        err=True,
    )


@command.command(
    "open",
    examples=("boxd backup open ledger-….db.sealed --key ~/box-1-backups.key",),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="PATH",
    help="The file with the secret key.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the readable backup goes. [default: beside FILE, without .sealed]",
)
def open_backup(file: Path, key: Path, output: Path | None) -> None:
    """Make the sealed backup FILE readable; works on any computer with boxd."""
    from boxd.cli.files.atomic_write import replacing
    from boxd.ledger.backup_seal import SUFFIX, open_sealed

    target = output or file.with_name(file.name.removesuffix(SUFFIX))
    if target.exists():
        raise BadInput(f"{target} is there already; name another: --output FILE")
    with replacing(target) as out:
        open_sealed(file, out.buffer, key.read_text(encoding="utf-8", errors="replace"))
    click.echo(f"{target} can be read; to put it in place: boxd backup restore {target}")


@command.command(
    "restore",
    examples=(
        "boxd backup restore /media/usb/backups/ledger-2026-11-21T16-55-47.000Z.db",
        "sudo boxd backup restore --card /media/usb/box-1.card",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--card", is_flag=True, help="FILE is a card backup: make this box of it.")
@_passphrase_option
@click.option("--yes", is_flag=True, help="Don't ask first.")
@dry_run_option
@json_option
def restore(
    file: Path,
    *,
    card: bool,
    passphrase_file: Path | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Replace the ledger by the backup FILE, while boxd is stopped.

    FILE is checked completely first; the present ledger is kept. FILE lacks what happened after it
    was made: codes used since are good again, codes made since are unknown.

    With --card, on a card with only boxd installed, run it as root: boxd is stopped;
    configuration, keys and ledger are put in place (existing files are kept); boxd is started, and
    the command ends when the box takes codes.
    """
    if card:
        _restore_card(file, passphrase_file, yes, dry_run)
        return
    if file.suffix == ".sealed":
        raise BadInput(f"{file} is sealed; first: boxd backup open {file} --key KEYFILE")
    config = configuration()
    with only_one(config.lock_file):
        if dry_run:
            _show_outlook(file, config, as_json)
            return
        if not yes:
            click.confirm(
                f"Put {file} in the place of the ledger of {config.box.id}, which is kept?",
                abort=True,
                err=True,
            )
        from boxd.ledger.restore import restore as put_in_place

        with waiting("restoring"):
            done = put_in_place(file, config.ledger_file, actor(), datetime.now(UTC))
    if as_json:
        say_json(done.as_json())
    else:
        _tell(done)


def _show_outlook(file: Path, config: Config, as_json: bool) -> None:
    from boxd.ledger.restore import outlook

    with waiting("looking the backup through"):
        found = outlook(file, config.ledger_file, datetime.now(UTC))
    if as_json:
        say_json(found.as_json())
        return
    last = when(found.contents.last_at, present()) if found.contents.last_at else "nothing"
    click.echo(f"{file} has {found.contents.entries} entries, the last of {last}")
    _tell_lost(found)
    say_nothing_changed()


def _restore_card(file: Path, passphrase_file: Path | None, yes: bool, dry_run: bool) -> None:
    if os.geteuid() != 0:
        raise BoxdError(f"it takes root: sudo boxd backup restore --card {file}")
    from boxd.archive.card_restore import open_card, restore_card
    from boxd.upgrade.install_paths import InstallPaths

    passphrase = _passphrase(passphrase_file, is_new=False)
    # In memory: after an interruption no key is left on a disk.
    with TemporaryDirectory(dir="/run", prefix="boxd-card-") as folder:
        opened = open_card(file, passphrase, Path(folder))
        told = opened.manifest
        if dry_run:
            click.echo(
                f"{file} is {told.box} as of {told.made_at}, {opened.ledger.entries} entries"
            )
            say_nothing_changed()
            return
        question = (
            f"Make this box {told.box} as of {told.made_at}, with {opened.ledger.entries} entries?"
            " What is here now is kept beside it."
        )
        if not yes:
            click.confirm(question, abort=True, err=True)
        restore_card(opened, InstallPaths())


def _tell(done: Restored) -> None:
    held = done.contents
    last = when(held.last_at, present()) if held.last_at else "nothing"
    click.echo(f"restored: {held.entries} entries, the last of {last}")
    click.echo(f"the ledger from before is in {done.set_aside}")
    _tell_lost(done)
    click.echo("Then start boxd; the HUD shows an alarm until `boxd alarms clear`.")


def _tell_lost(done: Restored) -> None:
    if done.lost is None:
        click.echo(
            "The present ledger can't be read: count the stock, and void the codes that you know as"
            " used."
        )
    else:
        click.echo(
            f"The present ledger knows {done.lost.entries} entries that are not in this backup."
        )
        if done.lost.unknown:
            made = counted(done.lost.unknown, "code made since is", "codes made since are")
            click.echo(f"{made} unknown now: issue new ones.")
        _tell_codes(done.lost.good_again)


def _tell_codes(codes: tuple[int, ...]) -> None:
    if not codes:
        return
    good = "code that was used or ended is", "codes that were used or ended are"
    click.echo(f"{counted(len(codes), *good)} good again; once boxd runs:")
    for code in codes[:_SHOWN_CODES]:
        click.echo(f'  boxd codes void {code} --reason "used before the restore"')
    if len(codes) > _SHOWN_CODES:
        click.echo(f"  and {len(codes) - _SHOWN_CODES} more: --json names them all")
