"""`boxd audit`: the audit trail, read, verified and exported."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import configuration
from boxd.cli.files.atomic_write import replacing
from boxd.cli.program import FAILED
from boxd.cli.spinner import waiting
from boxd.cli.tables import say_json
from boxd.cli.times import present, when
from boxd.errors import BoxdError, LedgerDamaged, NotFound
from boxd.service_user import become_owner_of

if TYPE_CHECKING:
    from boxd.ledger.audit import VerifiedChain
    from boxd.ledger.audit_heads import Head

PAGE = 1000  # the most that the daemon sends at once
LOOK_AGAIN_S = 1.0


@click.group("audit", cls=BoxdGroup, examples=("boxd audit tail -f", "boxd audit verify"))
def command() -> None:
    """Read, verify and export the audit trail."""


def entries(after: int = 0) -> Iterator[dict[str, Any]]:
    """The entries that follow the number `after`, oldest first."""
    while page := daemon.get("/api/v1/audit", after=after, limit=PAGE)["audit"]:
        yield from page
        after = page[-1]["seq"]


@command.command(
    "tail", examples=("boxd audit tail", "boxd audit tail -n 100", "boxd audit tail -f --json")
)
@click.option("-n", "--lines", type=click.IntRange(1, 100_000), default=20, help="[default: 20]")
@click.option("-f", "--follow", is_flag=True, help="Go on showing new entries, until Ctrl-C.")
@json_option
def tail(lines: int, follow: bool, as_json: bool) -> None:
    """Show the newest entries, oldest first. The JSON is one entry to a line."""
    last = 0
    with waiting("reading the audit trail"):
        newest = deque(entries(), maxlen=lines)
    for entry in newest:
        _say(entry, as_json)
        last = entry["seq"]
    if follow:
        with contextlib.suppress(KeyboardInterrupt):
            _follow(last, as_json)


def _follow(last: int, as_json: bool) -> None:
    while True:
        time.sleep(LOOK_AGAIN_S)
        for entry in entries(last):
            _say(entry, as_json)
            last = entry["seq"]


def _say(entry: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(entry, ensure_ascii=False) if as_json else line_of(entry))


def line_of(entry: dict[str, Any]) -> str:
    """An entry as one line; the columns are aligned unless a name is very long."""
    about = [
        f"{name} {entry[name]}"
        for name in ("redemption", "bay", "locker", "code", "sku")
        if entry[name] is not None
    ]
    return (
        f"{entry['seq']:>6}  {when(entry['at'], present()):<21}  {entry['actor']:<14}  "
        f"{click.style(entry['action'].ljust(20), bold=True)}  "
        f"{'; '.join(filter(None, (', '.join(about), told_by(entry))))}"
    ).rstrip()


def told_by(entry: dict[str, Any]) -> str:
    """The entry's reason and details, in words."""
    details = [
        f"{name} {value}" for name, value in entry["detail"].items() if value not in (None, "")
    ]
    return ", ".join([entry["cause"], *details] if entry["cause"] else details)


@command.command("head", examples=("boxd audit head", "boxd audit head --json"))
@json_option
def head(as_json: bool) -> None:
    """Show the trail's head, to be kept outside the box: on paper, in a mail, in a message.

    `boxd audit verify --against HEAD` then shows that nothing before it was rewritten.
    """
    body = daemon.get("/api/v1/audit/head")
    if as_json:
        say_json(body)
        return
    click.echo(body["head"])
    if body["public_key"]:
        click.echo(f"signed by this box's key, whose public half is {body['public_key']}", err=True)


@command.command(
    "verify",
    examples=(
        "boxd audit verify",
        "sudo -u boxd boxd audit verify --json",
        "boxd audit verify --against 4711.8f3a64d0c2b19e7755aa01c4",
    ),
)
@click.option(
    "--against",
    "heads",
    metavar="HEAD",
    multiple=True,
    help="A head that left the box: of a report, an event, a backup's name. Several are possible.",
)
@click.option("--key", help="The public key that signed them. [default: this box's]")
@json_option
def verify(heads: tuple[str, ...], key: str | None, as_json: bool) -> int | None:
    """Verify the chain of hashes from the first entry to the last.

    Reads the ledger itself: works without the daemon. Exits with 1 when the chain is broken, or
    is not the one that a head belongs to.
    """
    from boxd.ledger import audit_heads
    from boxd.ledger.audit import verify as verified
    from boxd.ledger.database import open_for_reading
    from boxd.ledger.sqlite_faults import TROUBLE

    known = [audit_heads.parse(each) for each in heads]
    ledger_file = configuration().ledger_file
    become_owner_of(ledger_file.parent)
    if not ledger_file.exists():
        raise NotFound(f"there is no ledger at {ledger_file}: has this box run yet?")
    if not os.access(ledger_file, os.R_OK):
        raise BoxdError(f"you may not read {ledger_file}: use sudo, or `sudo -u boxd`")
    with contextlib.closing(open_for_reading(ledger_file)) as connection, waiting("verifying"):
        try:
            chain = verified(connection)
            other = [why for each in known if (why := audit_heads.why_not_in(connection, each))]
        except TROUBLE as error:
            raise LedgerDamaged(
                f"the ledger {ledger_file} can't be read ({error}): keep a copy of it, "
                "and put a good backup in its place"
            ) from error
    other += [why for each in known if (why := _why_not_signed(each, key))]
    if as_json:
        fault = "; ".join(filter(None, (chain.fault, *other)))
        say_json({"holds": not fault, "rows": chain.rows, "fault": fault})
    else:
        _say_verified(chain, len(known), other, ledger_file)
    return None if chain.holds and not other else FAILED


def _say_verified(chain: VerifiedChain, heads: int, other: list[str], ledger_file: Path) -> None:
    """What was found: `other` is why the trail is not that of the `heads` from outside."""
    if chain.holds and not other:
        click.secho("whole", fg="green", nl=False)
        against = f", and {heads} head(s) from outside belong to it" if heads else ""
        click.echo(f": {chain.rows} entries, each following from the one before{against}")
        return
    click.secho("another trail" if chain.holds else "broken", fg="red", nl=False, err=True)
    broken = () if chain.holds else (f"{chain.fault}; the {chain.rows} entries before it hold",)
    click.echo(
        f": {'; '.join([*broken, *other])}. Keep a copy of {ledger_file} and compare it with a"
        " backup before anything else",
        err=True,
    )


def _why_not_signed(head: Head, key: str | None) -> str:
    """Why a head with a signature is not this box's; empty if it is, or has none."""
    if not head.signature:
        return ""
    from boxd.key_file import read_key
    from boxd.ledger.audit_key import AuditKey, is_signed

    config = configuration()
    public = key or AuditKey(read_key(config.audit_key_file), config.box.id).public
    if is_signed(head, public, config.box.id):
        return ""
    return f"the head {head.bare} was not signed by the key {public[:16]}… of {config.box.id}"


@command.command(
    "export", examples=("boxd audit export trail.jsonl", "boxd audit export | gzip > trail.gz")
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Export the whole trail as JSON lines, to FILE or to standard output."""
    if file is None:
        _write(sys.stdout)
        return
    with replacing(file) as out, waiting("exporting the audit trail"):
        count = _write(out)
    click.echo(f"{count} entries in {file}")


def _write(out: TextIO) -> int:
    count = 0
    for entry in entries():
        out.write(json.dumps(entry, ensure_ascii=False) + "\n")
        count += 1
    return count
