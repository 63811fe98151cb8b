"""`boxd staff`: the people of the booth, each known by name on their own devices."""

from __future__ import annotations

from typing import Any

import click

from boxd import names
from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.tables import counted, say_json, table
from boxd.cli.times import present, when
from boxd.roles import STAFF


@click.group(
    "staff",
    cls=BoxdGroup,
    examples=("boxd staff invite Eva --role attendant", "boxd staff list"),
)
def command() -> None:
    """Invite people, see on which devices they are known, end sessions.

    Each does what the role allows, under the own name: docs/organisers.md.
    """


@command.command(
    "invite",
    examples=(
        "boxd staff invite Eva --role attendant",
        "boxd staff invite 'Finn Berg' --role organiser --hours 2",
        "boxd staff invite Mona --role attendant --kind hunt",
    ),
)
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in STAFF]),
    required=True,
    help="What they may do.",
)
@click.option(
    "--hours",
    type=click.IntRange(1, 24 * 14),
    default=24,
    help="How long the invitation is good. [default: 24]",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    help="Narrow it to tasks of this kind; may be given several times.",
)
@json_option
def invite(name: str, role: str, hours: int, kinds: tuple[str, ...], as_json: bool) -> None:
    """Show an invitation for NAME, this once: it enrols one phone or laptop.

    For another device of theirs invite them again.
    """
    said = {"name": name, "role": role, "hours": hours, "kinds": kinds, "actor": actor()}
    body = daemon.post("/api/v1/staff", said)
    if as_json:
        say_json(body)
        return
    from boxd.phones import qr

    click.echo(qr.in_letters(body["url"]), err=True)
    click.echo(body["url"])
    person = body["person"]
    click.echo(
        f"{person['name']} ({person['role']}) opens it within {hours} h on the own device; it is"
        " good once.",
        err=True,
    )


@command.command("list", examples=("boxd staff list", "boxd staff list --json"))
@json_option
def list_staff(as_json: bool) -> None:
    """List the people, and the devices on which they are known, with their last use."""
    body = daemon.get("/api/v1/staff")
    if as_json:
        say_json(body)
        return
    table(
        ("name", "role", "session", "device", "last used", "good until"),
        _rows(body),
        nothing="nobody yet: `boxd staff invite NAME --role ROLE`",
    )


def _rows(body: dict[str, Any]) -> list[tuple[str, ...]]:
    """A row for each device; people without one have a row, too."""
    now = present()
    rows = [
        (
            each["name"],
            each["role"] if each["person"] is not None else "by PIN",
            str(each["id"]),
            each["device"],
            when(each["last_used_at"], now),
            when(each["expires_at"], now),
        )
        for each in body["sessions"]
    ]
    enrolled = {each["name"] for each in body["sessions"] if each["person"] is not None}
    return rows + [
        (each["name"], each["role"], "", "none: invite them again", "", "")
        for each in body["staff"]
        if each["name"] not in enrolled
    ]


@command.command("end", examples=("boxd staff end Eva", "boxd staff end 12"))
@click.argument("name_or_session", metavar="NAME|SESSION")
@dry_run_option
@json_option
def end(name_or_session: str, *, dry_run: bool, as_json: bool) -> None:
    """End every session of NAME, or the one with this number: a lost phone is nobody's then."""
    if dry_run:
        say_dry_run(_would_end(name_or_session), as_json)
        return
    if name_or_session.isascii() and name_or_session.isdigit():
        path, said = f"/api/v1/staff/sessions/{name_or_session}/end", {}
    else:
        path, said = "/api/v1/staff/end", {"name": name_or_session}
    _say_ended(daemon.post(path, said | {"actor": actor()}), as_json)


@command.command("remove", examples=("boxd staff remove Eva",))
@click.argument("name")
@dry_run_option
@json_option
def remove(name: str, *, dry_run: bool, as_json: bool) -> None:
    """Take NAME off the staff, with every session and invitation."""
    if dry_run:
        say_dry_run(f"{name} would be taken off the staff: {_would_end(name)}", as_json)
        return
    body = daemon.post("/api/v1/staff/remove", {"name": name, "actor": actor()})
    _say_ended(body, as_json)


def _say_ended(body: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(body)
    else:
        click.echo(f"{counted(body['ended'], 'session')} ended")


def _would_end(name_or_session: str) -> str:
    wanted = names.folded(name_or_session)
    sessions = daemon.get("/api/v1/staff")["sessions"]
    meant = [
        each for each in sessions if wanted in (str(each["id"]), names.folded(each["name"] or ""))
    ]
    return f"{counted(len(meant), 'session')} would end"
