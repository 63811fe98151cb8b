"""`boxd codes`: claim codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from boxd.cli import daemon
from boxd.cli.code_report import show_batch
from boxd.cli.command_classes import (
    BoxdGroup,
    again_option,
    dry_run_option,
    json_option,
    say_dry_run,
    say_nothing_changed,
)
from boxd.cli.context import actor, configuration
from boxd.cli.files.atomic_write import written
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.tables import counted, say_json, table
from boxd.cli.times import present, when
from boxd.cli.vouchers import print_codes
from boxd.errors import BoxdError
from boxd.lists.spreadsheets import write_csv

STATES = ("ready", "in_use", "spent", "expired", "voided")
ISSUED = ("attendee", "code", "sku", "prize", "expires_at")
LISTED = ("id", "attendee", "sku", "prize", "state", "issued_at", "expires_at")
_AT_ONCE = 500
# A row with the names of prize and attendee: 200 characters of a name are 800 bytes.
_ROW_BYTES = 900
_LONGEST_NAME_BYTES = 800


@click.group("codes", cls=BoxdGroup, examples=("boxd codes issue badge-1042", "boxd codes list"))
def command() -> None:
    """Issue, import, print, find and void claim codes."""


command.add_command(print_codes)
command.add_command(show_batch)


@command.command(
    "issue",
    examples=(
        "boxd codes issue badge-1042",
        "boxd codes issue badge-1042 --sku mug --valid-days 2",
        "boxd codes issue spare --count 20 --csv spare.csv",
        "boxd codes issue --for attendees.csv --dry-run",
        "boxd codes issue --for attendees.csv --csv codes.csv",
    ),
)
@click.argument("attendee", required=False)
@click.option("--sku", help="The prize [default: one in stock, at random by weight].")
@click.option("--count", type=click.IntRange(1, 1000), default=1, help="How many [default: 1].")
@click.option("--valid-days", type=click.IntRange(1, 3650), help="[default: as configured]")
@click.option(
    "--for",
    "listed",
    type=click.Path(path_type=Path),
    help="Instead of ATTENDEE: a CSV file with a line for each.",
)
@click.option("--dry-run", is_flag=True, help="With --for: only show what would change.")
@again_option
@click.option(
    "--csv",
    "out",
    type=click.Path(path_type=Path),
    help="Write the codes there; - is standard output.",
)
@click.option("--batch", metavar="ID", help="With --for: sent before, under this id.")
@click.option(
    "--partly", is_flag=True, help="With --for: those whom it can be issued to; says who gets none."
)
@json_option
def issue(
    attendee: str | None,
    *,
    sku: str | None,
    count: int,
    valid_days: int | None,
    listed: Path | None,
    dry_run: bool,
    again: bool,
    out: Path | None,
    batch: str | None,
    partly: bool,
    as_json: bool,
) -> None:
    """Issue codes for ATTENDEE, each with one unit held for it, and show their digits.

    With --for, a code for each attendee of a CSV file: columns attendee and, if wanted, sku and
    expires_at (2026-11-22T18:00:00+01:00). All of them are issued or, if anything is wrong, none;
    with --partly the first of the list get what there is, and who gets none is named with the
    reason.
    """
    if (attendee is None) == (listed is None):
        raise click.UsageError("name an ATTENDEE, or a file of them with --for FILE")
    if listed is not None:
        if sku is not None or count != 1 or valid_days is not None:
            raise click.UsageError("with --for, sku and expires_at are columns of the file")
        _issue_for(listed, dry_run, _Sent(batch, again, partly), out, as_json)
        return
    if dry_run or again or partly or batch is not None:
        raise click.UsageError("--dry-run, --again, --batch and --partly go with --for FILE")
    asked = {"attendee": attendee, "sku": sku, "count": count, "valid_days": valid_days}
    with _opened(out, count * (_LONGEST_NAME_BYTES + _ROW_BYTES)) as file:
        body = daemon.post("/api/v1/codes", asked | {"actor": actor()})
        _say_issued(body["codes"], file, as_json)
    tell_near_twins(body)


@dataclass(frozen=True)
class _Sent:
    """How a file is sent: under which batch before; `again` if further codes are meant."""

    batch: str | None
    again: bool
    partly: bool


def _issue_for(listed: Path, dry_run: bool, before: _Sent, out: Path | None, as_json: bool) -> None:
    from boxd.cli.files.code_batch import batch_of, show_shares
    from boxd.cli.files.code_file import read_attendees
    from boxd.cli.files.file_text import digest_of

    rows = read_attendees(listed, _known_skus)
    # The file for the digits is open, with room for all of them, before there are any.
    room_bytes = sum(len(row.attendee.encode()) + _ROW_BYTES for row in rows)
    batch = batch_of(listed, rows, before.batch)
    if dry_run:
        _say_dry(batch.shares(), as_json)
        return
    with _opened(out, room_bytes) as file:
        shares = batch.make(digest_of(listed), again=before.again, partly=before.partly)
        if file is None and not as_json:
            show_shares(shares)
        fetched = f"the same command with --batch {batch.id} writes them again"
        _say_issued(list(batch.codes()), file, as_json, fetched)
    click.echo(
        f"Batch {batch.id}: {fetched}; vouchers: boxd codes print --batch {batch.id}", err=True
    )


def _known_skus() -> list[str]:
    return [str(prize["sku"]) for prize in daemon.get("/api/v1/prizes")["prizes"]]


@contextmanager
def _opened(out: Path | None, room_bytes: int) -> Iterator[TextIO | None]:
    if out is None:
        yield None
    else:
        with written(out, room_bytes) as file:
            yield file


def _say_issued(
    codes: list[dict[str, Any]],
    file: TextIO | None,
    as_json: bool,
    fetched: str = "`boxd codes show ID --reveal` shows those of each",
) -> None:
    """Show the codes, or write them to the file; `fetched` says how they are had again."""
    if file is not None:
        _write_issued(codes, file, fetched)
        count = counted(len(codes), "code")
        click.echo(f"{count} written; who has the file has the prizes", err=True)
    elif as_json:
        say_json({"codes": codes})
    else:
        now = present()
        table(
            ("id#", "code", "attendee", "prize", "expires"),
            [
                (c["id"], c["code"], c["attendee"], c["prize"], when(c["expires_at"], now))
                for c in codes
            ],
        )
        click.echo("Once more: boxd codes show ID --reveal; vouchers: boxd codes print ID ...")


def _write_issued(codes: list[dict[str, Any]], file: TextIO, fetched: str) -> None:
    try:
        write_csv(file, ISSUED, ([code[column] for column in ISSUED] for code in codes))
        file.flush()
    except OSError as error:
        numbers = f"the codes {codes[0]['id']} to {codes[-1]['id']} are made"
        raise BoxdError(
            f"{numbers}, and their digits could not be written ({error.strerror}): {fetched}"
        ) from error


def _say_dry(shares: list[dict[str, Any]], as_json: bool) -> None:
    from boxd.cli.files.code_batch import show_shares

    if as_json:
        say_json({"made": False, "shares": shares})
        return
    show_shares(shares)
    say_nothing_changed()


@command.command(
    "import",
    examples=(
        "boxd codes import codes.csv --dry-run",
        "boxd codes import codes.csv",
        "printf 'code,attendee,sku\\n12345674,badge-1042,mug\\n' > codes.csv",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@dry_run_option
@click.option("--batch", metavar="ID", help="The file was sent before, under this id.")
@json_option
def import_codes(file: Path, dry_run: bool, batch: str | None, as_json: bool) -> None:
    """Import codes that were made elsewhere: all of FILE or, if anything is wrong, none.

    A CSV file with the columns code and attendee and, if wanted, sku (else a prize is drawn)
    and expires_at (2026-11-22T18:00:00+01:00, else as configured). Each code has as many
    digits as [codes] length says, the last of which checks the others; each holds one unit.
    """
    from boxd.cli.files.code_batch import batch_of, show_shares
    from boxd.cli.files.code_file import read_codes

    rows = read_codes(file, configuration().codes.length, _known_skus)
    sent = batch_of(file, rows, batch)
    if dry_run:
        _say_dry(sent.shares(), as_json)
        return
    shares = sent.make()
    if as_json:
        say_json({"made": True, "shares": shares})
        return
    show_shares(shares)
    click.echo(f"{counted(len(rows), 'code')} imported")


@command.command(
    "list",
    examples=(
        "boxd codes list",
        "boxd codes list --state ready --limit 500",
        "boxd codes list --attendee badge-1042 --json",
        "boxd codes list --csv codes.csv",
    ),
)
@click.option("--state", type=click.Choice(STATES), help="Only codes in this state.")
@click.option("--attendee", help="Only this attendee's codes.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@click.option(
    "--csv", "out", type=click.Path(path_type=Path), help="Write all there; - is standard output."
)
@json_option
def list_codes(
    state: str | None, attendee: str | None, limit: int, out: Path | None, as_json: bool
) -> None:
    """List codes, newest first, without their digits."""
    if out is not None:
        _write_listed(out, state, attendee)
        return
    body = daemon.get("/api/v1/codes", state=state, attendee=attendee, limit=limit)
    if as_json:
        say_json(body)
        return
    now = present()
    table(
        ("id#", "attendee", "sku", "state", "issued", "expires"),
        [
            (
                c["id"],
                c["attendee"],
                c["sku"],
                c["state"],
                when(c["issued_at"], now),
                when(c["expires_at"], now),
            )
            for c in body["codes"]
        ],
        nothing="no codes" + (f" are {state}" if state else " yet: `boxd codes issue ATTENDEE`"),
    )


def _write_listed(out: Path, state: str | None, attendee: str | None) -> None:
    with written(out) as file:
        count = write_csv(file, LISTED, _all_codes(state, attendee))
    click.echo(f"{counted(count, 'code')} written", err=True)


def _all_codes(state: str | None, attendee: str | None) -> Iterator[list[object]]:
    asked = {"state": state, "attendee": attendee, "limit": _AT_ONCE}
    after: int | None = None
    while True:
        body = daemon.get("/api/v1/codes", after=after, **asked)
        yield from ([code[column] for column in LISTED] for code in body["codes"])
        after = body["next"]
        if after is None:
            return


@command.command(
    "export", examples=("boxd codes export codes.csv", "boxd codes export --state spent")
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--state", type=click.Choice(STATES), help="Only codes in this state.")
def export(file: Path | None, state: str | None) -> None:
    """Write all codes without their digits as CSV, to FILE or to standard output."""
    _write_listed(file or Path("-"), state, None)


@command.command("find", examples=("boxd codes find 12345674", "boxd codes find '1234 5674'"))
@click.argument("digits", nargs=-1, required=True)
@json_option
def find(digits: tuple[str, ...], as_json: bool) -> None:
    """Find a code by its DIGITS: its number, whose it is, and whether it can be used."""
    body = daemon.post("/api/v1/code-search", {"code": " ".join(digits), "actor": actor()})
    if as_json:
        say_json(body)
        return
    _show(body["code"])


@command.command("show", examples=("boxd codes show 17", "boxd codes show 17 --reveal"))
@click.argument("code", metavar="ID", type=click.IntRange(min=1))
@click.option("--reveal", is_flag=True, help="Show the digits too; who did is recorded.")
@json_option
def show(code: int, reveal: bool, as_json: bool) -> None:
    """Show the code with this ID."""
    asked: dict[str, str | int] = {"reveal": 1, "actor": actor()} if reveal else {}
    body = daemon.get(f"/api/v1/codes/{code}", **asked)
    if as_json:
        say_json(body)
        return
    _show(body["code"])


def _show(code: dict[str, Any]) -> None:
    now = present()
    for name, value in code.items():
        told = when(value, now) if name.endswith("_at") else value
        click.echo(f"{name.replace('_', ' '):<12} {told}")


@command.command("new-keys", examples=("sudo boxd codes new-keys",))
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@json_option
def new_keys(*, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Give the box new keys, because somebody else may have its card.

    With boxd stopped. Codes, links and sealed messages of before are unknown to the new keys: start
    boxd again, then `boxd recover lost-card` issues the codes again. The old keys are set aside.
    """
    from boxd.daemon.instance_lock import is_held
    from boxd.ledger.new_keys import replace_keys
    from boxd.service_user import become_owner_of

    config = configuration()
    if is_held(config.lock_file):
        raise BoxdError("boxd is running: `sudo systemctl stop boxd` first, then start it again")
    if dry_run:
        say_dry_run("codes and links of before would not work any more", as_json)
        return
    if not yes:
        click.confirm("Codes and links of before will not work any more. Go on?", abort=True)
    become_owner_of(config.box.state_dir)
    code_keys = (config.claim_key_file, config.reading_key_file)
    others = (config.link_key_file, config.audit_key_file, config.sealing_key_file)
    aside = replace_keys((*code_keys, *others), code_keys, datetime.now(UTC))
    if as_json:
        say_json({"changed": True, "old_keys": str(aside)})
        return
    click.echo(f"new keys are in place; the old ones are in {aside}: delete it when all is well")
    click.echo("start boxd, then: boxd recover lost-card")


@command.command("void", examples=('boxd codes void 17 --reason "issued by mistake"',))
@click.argument("code", metavar="ID", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@dry_run_option
@json_option
def void(code: int, reason: str, dry_run: bool, as_json: bool) -> None:
    """Void the code with this ID: it can't be used any more, and its unit returns to stock."""
    if dry_run:
        found = daemon.get(f"/api/v1/codes/{code}")["code"]
        if not as_json:
            _show(found)
        say_dry_run(f"code {code} of {found['attendee']} would be voided", as_json)
        return
    body = daemon.post(f"/api/v1/codes/{code}/void", {"reason": reason, "actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"code {code} is voided; its unit is on hand again")
