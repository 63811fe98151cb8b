"""`boxd attendees`: whom tasks and codes are for, and forgetting them."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.adding_attendees import add, import_attendees
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.sheets import link
from boxd.cli.spinner import progress
from boxd.cli.tables import counted, heading, say_json, table
from boxd.cli.times import present, when
from boxd.errors import NotFound

# Everybody at a large event, and rewriting the ledger's file, on a slow card.
_FORGOTTEN_WITHIN_S = 600.0
_EVENT = "/api/v1/event"
_LOOK_EVERY_S = 0.3
_WATCHED_S = 60.0
_ASKED_ABOUT = 20  # of more, nobody reads the spellings


@click.group(
    "attendees",
    cls=BoxdGroup,
    examples=("boxd attendees list", "boxd attendees link badge-1042"),
)
def command() -> None:
    """List, add, search and forget attendees, and print their cards."""


command.add_command(link)
command.add_command(add)
command.add_command(import_attendees)


@command.command(
    "list",
    examples=(
        "boxd attendees list",
        "boxd attendees list --after 200 --limit 200",
        "boxd attendees list --json",
    ),
)
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only numbers above this.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@json_option
def list_attendees(after: int, limit: int, as_json: bool) -> None:
    """List attendees by number, with how many tasks and codes are open, of how many."""
    body = daemon.get("/api/v1/attendees", after=after, limit=limit)
    if as_json:
        say_json(body)
        return
    _show_list(body)
    if body["next"] is not None:
        click.echo(f"There may be more: --after {body['next']}")


@command.command(
    "search", examples=("boxd attendees search 1042", "boxd attendees search 'ada l' --json")
)
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@json_option
def search(text: str, limit: int, as_json: bool) -> None:
    """Find attendees by a part of their name in any spelling, by number or pseudonym.

    For the digits of a code: boxd codes find DIGITS.
    """
    body = daemon.get("/api/v1/attendees", search=text, limit=limit)
    if as_json:
        say_json(body)
        return
    _show_list(body, nothing=f"no attendee has '{text}' in the name")


def _show_list(
    body: dict[str, Any],
    nothing: str = "no attendees yet: `boxd attendees add NAME`, `boxd codes issue ATTENDEE`",
) -> None:
    table(
        ("number#", "attendee", "pseudonym", "tasks", "codes"),
        [
            (
                each["number"],
                _called(each),
                each["pseudonym"],
                f"{each['tasks_open']} of {each['tasks']}",
                f"{each['codes_open']} of {each['codes']}",
            )
            for each in body["attendees"]
        ],
        nothing=nothing,
    )


def _called(attendee: dict[str, Any]) -> str:
    return str(attendee["reference"] or "(forgotten)")


@command.command(
    "show",
    examples=(
        "boxd attendees show badge-1042",
        "boxd attendees show a-4f1d09c2ab37 --json",
        "boxd attendees show --number 17",
    ),
)
@click.argument("attendee", required=False)
@click.option("--number", type=click.IntRange(min=1), help="Instead: by number, as in a task's id.")
@json_option
def show(attendee: str | None, number: int | None, as_json: bool) -> None:
    """Show ATTENDEE (what you call them, or the pseudonym), with tasks and codes."""
    body = daemon.get("/api/v1/attendees/details", name=_name(attendee, number))
    tell_near_twins(body)
    if as_json:
        say_json(body)
        return
    found = body["attendee"]
    click.echo(f"{_called(found)}: number {found['number']}, pseudonym {found['pseudonym']}")
    now = present()
    if found["forgotten_at"]:
        click.echo(f"forgotten {when(found['forgotten_at'], now)}")
    heading("Tasks")
    table(
        ("task", "state", "missing", "since"),
        [
            (t["id"], t["state"], ", ".join(t["missing"]), when(t["since"], now))
            for t in body["tasks"]
        ],
        nothing="none",
    )
    heading("Codes")
    table(
        ("id#", "prize", "state", "issued", "expires"),
        [
            (
                c["id"],
                c["prize"],
                c["state"],
                when(c["issued_at"], now),
                when(c["expires_at"], now),
            )
            for c in body["codes"]
        ],
        nothing="none",
    )


def _name(attendee: str | None, number: int | None) -> str:
    """The attendee's reference or pseudonym."""
    if (attendee is None) == (number is None):
        raise click.UsageError("name an ATTENDEE, or give --number N")
    if attendee is not None:
        return attendee
    found = daemon.get("/api/v1/attendees", numbers=str(number))["attendees"]
    if not found:
        raise NotFound(f"there is no attendee number {number}; `boxd attendees list` shows all")
    return str(found[0]["pseudonym"])


def _reached(named: Sequence[str]) -> str:
    """Whom forgetting these reaches: a pseudonym one attendee, a name all of its spellings."""
    if len(named) > _ASKED_ABOUT:
        return f"{len(named)} attendees, each in all spellings"
    reached: list[str] = []
    for name in named:
        body = daemon.get("/api/v1/attendees/details", name=name)
        reached.append(_called(body["attendee"]))
        if body["attendee"]["pseudonym"] != name:
            reached += [each["like"] for each in body["near_twins"]]
    return ", ".join(dict.fromkeys(reached))


def _forgotten(asked: Mapping[str, object]) -> dict[str, Any]:
    """Have them forgotten; on a terminal a bar shows how many are, while they are many."""
    path = "/api/v1/attendees/forget"
    if not asked["everybody"] or not sys.stderr.isatty():
        done: dict[str, Any] = daemon.post(path, asked, within_s=_FORGOTTEN_WITHIN_S)
        return done
    known, here = daemon.get(_EVENT)["people"], click.get_current_context()

    def ask() -> dict[str, Any]:
        with here.scope(cleanup=False):  # a thread has no context of its own
            answer: dict[str, Any] = daemon.post(path, asked, within_s=_FORGOTTEN_WITHIN_S)
            return answer

    with progress("people", known) as advance, ThreadPoolExecutor(1) as pool:
        forgetting = pool.submit(ask)
        while not forgetting.done():
            wait([forgetting], _LOOK_EVERY_S)
            now = daemon.get(_EVENT)["people"]
            advance(known - now)
            known = now
        done = forgetting.result()
    _watch_histories(done["histories_left"])
    return done | {"histories_left": daemon.get(_EVENT)["histories_left"]}


def _watch_histories(left: int) -> None:
    """Show how their histories go, for a while: they go on without anybody looking."""
    if not left:
        return
    until = time.monotonic() + _WATCHED_S
    with progress("histories", left) as advance:
        while left and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)
            now = daemon.get(_EVENT)["histories_left"]
            advance(left - now)
            left = now


@command.command(
    "forget",
    examples=(
        "boxd attendees forget badge-1042",
        "boxd attendees forget badge-1042 badge-1043 --yes",
        "boxd attendees forget --everybody",
    ),
)
@click.argument("attendees", nargs=-1)
@click.option("--everybody", is_flag=True, help="Instead: every attendee of this box.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@json_option
def forget(
    attendees: tuple[str, ...], *, everybody: bool, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Forget ATTENDEES: their personal data leaves the ledger, for ever.

    A name means all of its spellings (case, width, blanks); a pseudonym means one attendee alone.

    Their reference, their submissions and the reasons of refusals are deleted; open tasks end,
    links stop working. Their codes stay good. The audit trail knows them only by their pseudonyms,
    and still verifies. The ledger's file is rewritten, so that nothing about them is left in it;
    backups made before still have it.
    """
    if everybody == bool(attendees):
        raise click.UsageError("name ATTENDEES, or give --everybody")
    if dry_run:
        say_dry_run("every attendee of this box" if everybody else _reached(attendees), as_json)
        return
    if not yes:
        whom = "every attendee of this box" if everybody else _reached(attendees)
        click.confirm(f"Forget {whom}? This can't be undone", abort=True)
    asked = {"attendees": attendees, "everybody": everybody, "actor": actor()}
    body = _forgotten(asked)
    if as_json:
        say_json(body)
        return
    named = f": {', '.join(body['pseudonyms'])}" if body["pseudonyms"] else ""
    click.echo(f"{body['forgotten']} forgotten{named}")
    if left := body["histories_left"]:
        histories = counted(left, "history", "histories")
        click.echo(f"{histories} of their tasks at the Temporal server are being deleted")
    click.echo("Backups made before still name them: `boxd backup list` shows which there are.")
