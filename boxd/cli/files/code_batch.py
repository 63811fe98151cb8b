"""Sending a batch of codes to the daemon, and reading the result."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from boxd.cli import daemon
from boxd.cli.context import actor
from boxd.cli.daemon import Unanswered
from boxd.cli.files import csv_file
from boxd.cli.files.code_file import CodeRow
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.spinner import waiting
from boxd.cli.tables import table
from boxd.errors import BoxdError

_ROWS_AT_ONCE = 500
# A hundred thousand codes in one transaction, on a Pi with a slow card.
_MADE_WITHIN_S = 600.0

Json = dict[str, Any]


@dataclass(frozen=True)
class CodeBatch:
    """The codes of a file, sent under an id of their own: sent again, they are not made twice."""

    id: str
    file: Path
    rows: Sequence[CodeRow]

    def shares(self) -> list[Json]:
        """How the codes are divided among the prizes. Raises BadInput with all faults."""
        with waiting("looking the codes through"):
            return self._send({"dry_run": "1"})

    def make(
        self, digest: str | None = None, *, again: bool = False, partly: bool = False
    ) -> list[Json]:
        """Make all the codes; returns their shares. Raises BadInput with all faults.

        With `partly` those that can be, and says who gets none.

        `digest` is that of the file, if a second run of it would make further codes; Refused is
        raised for one that is known, unless `again` says that it is meant.
        """
        known = {} if digest is None else {"digest": digest, "again": "1" if again else "0"}
        with waiting("making the codes"):
            return self._send(known | {"partly": "1" if partly else "0"})

    def codes(self) -> Iterator[Json]:
        """The codes that were made, by line, with their digits."""
        after: int | None = 0
        without = {row.line: row.attendee for row in self.rows}
        while after is not None:
            body = daemon.get(
                f"/api/v1/code-batches/{self.id}/codes",
                after=after,
                limit=_ROWS_AT_ONCE,
                actor=actor(),
            )
            for code in body["codes"]:
                without.pop(code["line"], None)
                yield code
            after = body["next"]
        if without:
            names = ", ".join(f"{name} (line {line})" for line, name in without.items())
            click.echo(f"Without a code in batch {self.id}: {names}", err=True)

    def _send(self, more: Mapping[str, str]) -> list[Json]:
        asked = urlencode({"actor": actor(), **more})
        lines = (json.dumps(asdict(row)) for row in self.rows)
        path = f"/api/v1/code-batches/{daemon.quoted(self.id)}?{asked}"
        try:
            body = daemon.post_lines(path, "\n".join(lines), _MADE_WITHIN_S)
        except Unanswered as error:
            raise BoxdError(
                f"{error} Or send the file again with --batch {self.id}: codes that were made are"
                " not made twice."
            ) from error
        if body["made"] and body["faults"]:
            self._say_who_gets_none(body)
        elif body["faults"]:
            faults = [_explained(fault) for fault in body["faults"]]
            csv_file.refuse(self.file, faults, body["faults_in_all"])
        tell_near_twins(body)
        shares: list[Json] = body["shares"]
        return shares

    def _say_who_gets_none(self, body: Json) -> None:
        names = {row.line: row.attendee for row in self.rows}
        click.echo(f"{body['faults_in_all']} of {len(self.rows)} get no code:", err=True)
        for fault in body["faults"]:
            name = names.get(fault["line"], "not in this file")
            click.echo(f"  line {fault['line']}: {name}: {fault['why']}", err=True)
        if (more := body["faults_in_all"] - len(body["faults"])) > 0:
            click.echo(f"  and {more} more", err=True)


def batch_of(file: Path, rows: Sequence[CodeRow], sent_as: str | None) -> CodeBatch:
    """A new batch of the rows of a file, or the one that was sent under an id before."""
    return CodeBatch(sent_as or secrets.token_hex(6), file, rows)


def show_shares(shares: Sequence[Json]) -> None:
    """Print what the codes take from the stock."""
    table(
        ("sku", "codes#", "on hand#", "then#"),
        [
            (s["sku"] or "drawn", s["codes"], s["on_hand"], s["on_hand"] - s["codes"])
            for s in shares
        ],
    )


def _explained(fault: Json) -> str:
    return f"line {fault['line']}: {fault['why']}" if fault["line"] else str(fault["why"])
