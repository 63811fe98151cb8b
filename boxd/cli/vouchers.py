"""`boxd codes print`: vouchers with the digits and a QR code, to cut out and hand over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import actor
from boxd.cli.files.sheet_output import check
from boxd.cli.files.sheets import Sheets, write
from boxd.cli.sheet_options import output_option, paper_option
from boxd.errors import NotFound, Refused

_VOUCHERS = Path("vouchers.html")
_AT_ONCE = 500


@click.command(
    "print",
    cls=BoxdCommand,
    examples=(
        "boxd codes print 17 18 19",
        "boxd codes print --attendee badge-1042",
        "boxd codes print --batch 3f09a1c2be77 --output vouchers.pdf --paper Letter",
    ),
)
@click.argument("codes", nargs=-1, metavar="[ID]...", type=click.IntRange(min=1))
@click.option("--attendee", help="Instead: this attendee's codes.")
@click.option("--batch", metavar="ID", help="Instead: the codes that were issued as this batch.")
@click.option("--names/--no-names", default=True, help="With the attendees' names [default].")
@output_option
@paper_option
def print_codes(
    codes: tuple[int, ...],
    *,
    attendee: str | None,
    batch: str | None,
    names: bool,
    output: Path | None,
    paper: str,
) -> None:
    """Write a voucher for each code that can be used: vouchers.html, eight on a page.

    A voucher has the prize, the digits, and a QR code for the reader beside the keypad. It is as
    good as the prize: the audit trail keeps who printed which.
    """
    if sum((bool(codes), attendee is not None, batch is not None)) != 1:
        raise click.UsageError("name codes by ID, or --attendee NAME, or --batch ID")
    check(output or _VOUCHERS)
    found = list(_codes(codes, attendee, batch))
    usable = [each | {"attendee": each["attendee"] if names else ""} for each in found]
    if not usable:
        raise NotFound("none of these codes can be used; `boxd codes list` shows their states")
    write(Sheets(usable, "id", _html, paper, qr="code"), output or _VOUCHERS, is_quiet=False)


def _codes(
    codes: Sequence[int], attendee: str | None, batch: str | None
) -> Iterator[dict[str, Any]]:
    if batch is not None:
        made = _pages(f"/api/v1/code-batches/{daemon.quoted(batch)}/codes")
        yield from (each for each in made if each["state"] == "ready")
    elif attendee is not None:
        path = f"/api/v1/attendees/{daemon.quoted(attendee)}/codes"
        yield from _pages(path, reveal=1, state="ready")
    else:
        yield from (_one(number) for number in codes)


def _pages(path: str, **asked: str | int) -> Iterator[dict[str, Any]]:
    after: int | None = None
    while True:
        body = daemon.get(path, after=after, limit=_AT_ONCE, actor=actor(), **asked)
        yield from body["codes"]
        after = body["next"]
        if after is None:
            return


def _one(number: int) -> dict[str, Any]:
    code = daemon.get(f"/api/v1/codes/{number}")["code"]
    if code["state"] != "ready":
        raise Refused(f"code {number} is {code['state']}: a voucher for it would be of no use")
    shown: dict[str, Any] = daemon.get(f"/api/v1/codes/{number}", reveal=1, actor=actor())["code"]
    return shown


def _html(rows: Sequence[dict[str, Any]], box: str, paper: str) -> str:
    from boxd.phones.sheets import voucher_of, voucher_sheets

    vouchers = [voucher_of(row, str(row["attendee"] or "")) for row in rows]
    return voucher_sheets(vouchers, box, paper)
