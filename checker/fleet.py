"""What has to hold over the ledgers of all boxes of a fleet: `python -m checker.fleet 1=A 2=B`.

A code pays once in all; its spending right is at one box or, while it moves, at none. Units are
conserved in all, and an attendee's limit holds in all.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from checker import fleet_limits, fleet_stock

_UNENDED = ("ready", "in_use")


@dataclass(frozen=True)
class Copy:
    """One code as one ledger knows it. `epoch` 0: it never moved."""

    box: int
    home: int
    code: int
    state: str
    epoch: int
    is_here: bool
    given_out: int

    def __str__(self) -> str:
        """The row for people."""
        where = "here" if self.is_here else "away"
        return f"box {self.box}: {self.state}, {where}, epoch {self.epoch}"


_COPIES = (
    "SELECT coalesce(home, :own), coalesce(home_code, codes.id), state, coalesce(epoch, 0),"
    " coalesce(is_here, 1), (SELECT count(*) FROM redemptions"
    " WHERE redemptions.code = codes.id AND stage = 'dispensed')"
    " FROM codes LEFT JOIN rights ON rights.code = codes.id"
)


def read_copies(box: int, ledger: Path) -> list[Copy]:
    """Every code of a ledger, its own and the visiting ones."""
    uri = f"{ledger.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        rows = connection.execute(_COPIES, {"own": box}).fetchall()
    return [
        Copy(box, home, code, state, epoch, bool(is_here), given_out)
        for home, code, state, epoch, is_here, given_out in rows
    ]


def findings(
    ledgers: Mapping[int, Path], *, at_rest: bool = False, per_attendee: int = 0
) -> list[str]:
    """What does not hold. `at_rest`: no move is under way any more.

    `per_attendee`: the most codes that one attendee may have in all, 0 for any number.
    """
    by_code: dict[tuple[int, int], list[Copy]] = defaultdict(list)
    for box, ledger in ledgers.items():
        for copy in read_copies(box, ledger):
            by_code[copy.home, copy.code].append(copy)
    of_codes = [
        f"code {code} of box {home}: {what} ({'; '.join(map(str, copies))})"
        for (home, code), copies in sorted(by_code.items())
        for what in _broken(home, copies, at_rest=at_rest)
    ]
    of_limits = fleet_limits.findings(ledgers, per_attendee)
    return of_codes + fleet_stock.findings(ledgers) + of_limits


def _broken(home: int, copies: list[Copy], *, at_rest: bool) -> Iterator[str]:
    given_out = sum(copy.given_out for copy in copies)
    if given_out > 1:
        yield f"its prize was given out {given_out} times"
    able = [copy for copy in copies if copy.is_here and copy.state in _UNENDED]
    if len(able) > 1:
        yield f"{len(able)} boxes can spend it"
    if given_out and able and not any(copy.given_out for copy in able):
        yield "it was given out, and can be spent again"
    at_home = [copy for copy in copies if copy.box == home]
    abroad = [copy for copy in copies if copy.box != home]
    if not at_home:
        yield "its home does not know it"
        return
    ahead = max((copy.epoch for copy in abroad), default=0)
    if ahead > at_home[0].epoch + 1:
        yield "another box is ahead of its home"
    if at_rest and at_home[0].state == "in_use" and not at_home[0].is_here and not able:
        yield "its right is nowhere, and nothing moves"


def main(arguments: list[str] | None = None) -> int:
    """Check the ledgers that are named as NUMBER=FILE; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m checker.fleet", description=__doc__)
    parser.add_argument("ledgers", nargs="+", metavar="NUMBER=FILE", help="a box and its ledger")
    parser.add_argument("--at-rest", action="store_true", help="nothing may be under way")
    parser.add_argument(
        "--per-attendee", type=int, default=0, metavar="N", help="the most codes for an attendee"
    )
    given = parser.parse_args(arguments)
    try:
        ledgers = {int(n): Path(file) for n, _, file in (x.partition("=") for x in given.ledgers)}
        found = findings(ledgers, at_rest=given.at_rest, per_attendee=given.per_attendee)
    except (ValueError, sqlite3.Error) as error:
        print(f"checker.fleet: {error}", file=sys.stderr)
        return 2
    print("\n".join(found) or f"{len(ledgers)} ledgers: nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
