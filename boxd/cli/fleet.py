"""`boxd fleet`: a box begins an event of several, joins one, leaves it, or says how it stands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import config_path, configuration
from boxd.cli.files.atomic_write import prove_writable
from boxd.cli.spinner import waiting
from boxd.cli.tables import counted, say_json
from boxd.cli.times import when
from boxd.errors import Refused
from boxd.service_user import become_owner_of, done_as_owner_of

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.ledger.fleet_standing import CodesOfFleet

_RESTART = "Start boxd now: sudo systemctl start boxd.target; a clone: make run"
_FILES = ("api_key_file", "tls_ca_file", "tls_cert_file", "tls_key_file")


@click.group(
    "fleet",
    cls=BoxdGroup,
    examples=(
        "sudo boxd fleet begin fair temporal.example:7233",
        "sudo boxd fleet invite",
        "sudo boxd fleet join boxd-fleet-…",
        "boxd fleet status",
    ),
)
def command() -> None:
    """Let several boxes serve one event: docs/fleet.md has it in ten steps.

    `begin`, `join` and `leave` change [fleet] in the configuration file, and need boxd stopped.
    """


@command.command(
    "begin",
    examples=(
        "sudo boxd fleet begin fair temporal.example:7233",
        "sudo boxd fleet begin fair fair.abc12.tmprl.cloud:7233 --namespace fair.abc12 --tls",
    ),
)
@click.argument("event")
@click.argument("address", metavar="HOST:PORT")
@click.option("--namespace", default="default", help="[default: default]")
@click.option("--tls", is_flag=True, help="The service is beyond this network.")
@json_option
def begin(event: str, address: str, *, namespace: str, tls: bool, as_json: bool) -> None:
    """Make this box the first one of EVENT, whose Temporal service is at HOST:PORT.

    It keeps its codes, which have no number: nothing is printed anew. Files that the service needs,
    as `api_key_file`, are named under [fleet] before.
    """
    from boxd.daemon import joining

    config = configuration()
    number = config.fleet.number or config.fleet.first
    changes = {
        "number": number,
        "event": event,
        "address": address,
        "namespace": namespace,
        "tls": tls,
    }
    _require_good(config, changes)
    joined = _with_fleet(config, changes)
    _ask_service(config, partial(joining.begin, joined, number))
    _change_file(changes)
    _say_number(number, event, as_json)
    if not as_json:
        click.echo("Then `sudo boxd fleet invite` shows the word by which the next box joins.")


@command.command("invite", examples=("sudo boxd fleet invite", "sudo boxd fleet invite --json"))
@json_option
def invite(as_json: bool) -> None:
    """Show the word by which other boxes join, and its QR code.

    It holds the event's key: show it to nobody else.
    """
    from boxd.fleet_invitation import FleetInvitation, as_token
    from boxd.key_file import read_key
    from boxd.phones import qr

    config = configuration()
    fleet = config.fleet
    if fleet.event is None or fleet.address is None:
        raise Refused("this box belongs to no event yet: `sudo boxd fleet begin EVENT HOST:PORT`")
    become_owner_of(config.box.state_dir)
    token = as_token(
        FleetInvitation(
            event=fleet.event,
            address=fleet.address,
            key=read_key(config.fleet_key_file).hex(),
            code_length=config.codes.length,
            namespace=fleet.namespace,
            tls=fleet.tls,
            first=fleet.first,
            box_names=fleet.box_names,
        )
    )
    if as_json:
        say_json({"event": fleet.event, "token": token})
        return
    click.echo(qr.in_letters(token), err=True)
    click.echo(token)
    click.echo("At the other box: sudo boxd fleet join WORD", err=True)
    if needed := [name for name in _FILES if getattr(fleet, name) is not None]:
        click.echo(f"It needs, under [fleet], files of its own: {', '.join(needed)}", err=True)


@command.command(
    "join", examples=("sudo boxd fleet join boxd-fleet-…", "sudo boxd fleet join - < word.txt")
)
@click.argument("word", metavar="WORD|-")
@click.option("--number", type=click.IntRange(1, 99), help="[default: the first that is free]")
@json_option
def join(word: str, *, number: int | None, as_json: bool) -> None:
    """Make this box one of the event that WORD of `boxd fleet invite` is about.

    WORD is the text of its QR code as well; - reads it from standard input. The box takes the first
    free number there. Nothing changes if anything is wrong.
    """
    from boxd.daemon import joining
    from boxd.fleet_invitation import from_token
    from boxd.ledger.home_number import MOST_BOXES

    invitation = from_token(sys.stdin.read() if word == "-" else word)
    config = configuration()
    changes: dict[str, Any] = {
        "first": invitation.first,
        "event": invitation.event,
        "address": invitation.address,
        "namespace": invitation.namespace,
        "tls": invitation.tls,
        "box_names": list(invitation.box_names) or None,
    }
    if config.codes.length != invitation.code_length:
        raise Refused(
            f"codes of this event have {invitation.code_length} digits, and here"
            f" {config.codes.length}: write [codes] length = {invitation.code_length}"
        )
    had = config.fleet.number
    _require_good(config, changes | {"number": number or had or MOST_BOXES})
    joined = _with_fleet(config, changes | {"number": number or had or MOST_BOXES})
    free = (each for each in range(1, MOST_BOXES + 1) if each != invitation.first)
    wanted = [each for each in (number, had) if each is not None][:1] or free
    work = partial(joining.join, joined, invitation.key, had, wanted)
    taken = int(_ask_service(config, work))
    _change_file(changes | {"number": taken})
    _say_number(taken, invitation.event, as_json)


@command.command(
    "leave", examples=("sudo boxd fleet leave --dry-run", "sudo boxd fleet leave --keep-codes")
)
@click.option("--keep-codes", is_flag=True, help="Codes that are at home here stay; don't ask.")
@dry_run_option
@json_option
def leave(*, keep_codes: bool, dry_run: bool, as_json: bool) -> None:
    """Take this box out of its event; it goes on alone.

    Codes that are at home here can still be spent here, and the box keeps its number for as long as
    there are any. Refused while a code is under way or visits from another box.
    """
    from boxd.daemon import joining

    config = configuration()
    fleet = config.fleet
    if fleet.event is None or fleet.address is None:
        raise Refused("this box belongs to no event; there is nothing to leave")
    stay = int(done_as_owner_of(config.box.state_dir, partial(joining.require_at_rest, config)))
    at_home = counted(stay, "code is", "codes are") + " at home here"
    if dry_run:
        number = f"stays box {fleet.number}" if stay else f"gives number {fleet.number} back"
        say_dry_run(f"{at_home}: this box would leave {fleet.event}; it {number}", as_json)
        return
    kept = fleet.number if stay else None
    changes = dict.fromkeys(("event", "address", "namespace", "tls", *_FILES)) | {"number": kept}
    _require_good(config, changes)
    if stay and not keep_codes:
        click.confirm(f"{at_home}: attendees have to come to this box. Leave", abort=True, err=True)
    if kept is None:
        _ask_service(config, partial(joining.leave, config))
    _change_file(changes)
    if as_json:
        say_json({"left": fleet.event, "number": kept})
        return
    number = f"It stays box {kept}, for its codes. " if kept else ""
    click.echo(f"This box has left {fleet.event}. {number}{_RESTART}")


def _ask_service(config: Config, work: Callable[[], str]) -> str:
    """Do the work as the owner of the box's files, in a process that has a spinner of its own."""

    def waited_for() -> str:
        with waiting("asking the event's service"):
            return work()

    return done_as_owner_of(config.box.state_dir, waited_for)


def _say_number(number: int, event: str, as_json: bool) -> None:
    if as_json:
        say_json({"event": event, "number": number})
    else:
        click.echo(f"This is box {number} of {event}. {_RESTART}")


@command.command("status", examples=("boxd fleet status", "boxd fleet status --json"))
@json_option
def status(as_json: bool) -> None:
    """Show which box this is, whether it is connected, and where its codes are."""
    config = configuration()
    fleet = config.fleet
    snapshot = daemon.get("/api/v1/status")
    link = snapshot["health"]["fleet"]
    codes = _codes(config)
    if as_json:
        about = {"event": fleet.event, "number": fleet.number, "address": fleet.address}
        counted = {"at_home": codes.at_home, "away": codes.away, "visiting": codes.visiting}
        say_json(about | {"link": link, "codes": counted})
        return
    if fleet.number is None:
        click.echo("This box is alone: it belongs to no event of several boxes")
        return
    event = f" of {fleet.event}" if fleet.event else ", not connected to others"
    click.echo(f"This is box {fleet.number}{event}")
    if link["state"]:
        now = datetime.fromisoformat(snapshot["at"])
        why = f": {link['why']}" if link["why"] else ""
        click.echo(f"{link['state']} since {when(link['since'], now)} ({fleet.address}){why}")
    click.echo(f"codes: {codes.at_home} at home here, {codes.away} away, {codes.visiting} visiting")


def _codes(config: Config) -> CodesOfFleet:
    become_owner_of(config.box.state_dir)
    from boxd.ledger.database import open_for_reading
    from boxd.ledger.fleet_standing import codes_of_fleet

    with closing(open_for_reading(config.ledger_file)) as connection:
        return codes_of_fleet(connection, config.fleet.number)


def _with_fleet(config: Config, changes: dict[str, Any]) -> Config:
    """The configuration as it will be; a number is not final yet."""
    given = {name: value for name, value in changes.items() if value is not None}
    return config.model_copy(update={"fleet": config.fleet.model_copy(update=given)})


def _require_good(config: Config, changes: dict[str, Any]) -> None:
    """Raise ConfigError for what the file could not hold, before anything is done at a service.

    Raises BadInput if it can't be written at all.
    """
    from boxd.config.section_change import with_keys

    file = config_path().resolve()
    prove_writable(file, file.stat().st_size)
    with_keys(config_path().read_text("utf-8"), "fleet", changes)


def _change_file(changes: dict[str, Any]) -> None:
    from boxd.config.adding import change_file
    from boxd.config.section_change import with_keys

    change_file(config_path(), lambda text: with_keys(text, "fleet", changes))
