"""Where the cuts fell, as the tables of docs/reliability.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from booth.installed import ROOT
from booth.power.results import Result
from booth.power.steps import Kind

DOCUMENT = ROOT / "docs" / "reliability.md"
BOXES, REORDERED, MACHINES = "power cuts", "reordered cuts", "machine cuts"


def as_markdown(results: Sequence[Result]) -> str:
    """What stands between the marks."""
    fell = Counter((each.kind, each.where) for each in results)
    faults = Counter((each.kind, each.where) for each in results if each.faults)
    rows = [
        f"| {kind} | {where} | {number} | {faults[kind, where]} |"
        for (kind, where), number in sorted(fell.items(), key=_order)
    ]
    head = "| in a | the cut fell | cuts | with findings |\n|---|---|---:|---:|"
    return "\n".join([_sums(results), "", head, *rows])


def _order(row: tuple[tuple[str, str], int]) -> tuple[int, int, str]:
    (kind, where), number = row
    return list(Kind).index(Kind(kind)), -number, where


def _sums(results: Sequence[Result]) -> str:
    seeds = ", ".join(map(str, sorted({each.seed for each in results})))
    ready = [each.ready_s for each in results]
    found = sum(bool(each.faults) for each in results)
    bitten = sum(each.lost_bytes > 0 for each in results)
    lost = f" After {bitten} of them a file that nobody flushes had lost its end." if bitten else ""
    return (
        f"**{len(results)} cuts**, seeds {seeds}; {found} with findings.{lost} From power-on to"
        f" ready: median {median(ready):.0f} s, longest {max(ready):.0f} s."
    )


def tell(what: str, results: Sequence[Result], enough: int) -> None:
    """Put the table into the document, if there are enough results for that, or else print it."""
    if len(results) >= enough:
        write_into(DOCUMENT, what, results)
    else:
        print(as_markdown(results))


def write_into(document: Path, what: str, results: Sequence[Result]) -> None:
    """Put the table between the document's marks for `what`."""
    begin, end = f"<!-- {what}: begin -->", f"<!-- {what}: end -->"
    text = document.read_text(encoding="utf-8")
    if not 0 <= text.find(begin) < text.find(end):
        raise ValueError(f"{document} lacks the lines {begin} and {end}")
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    document.write_text(f"{head}{begin}\n{as_markdown(results)}\n{end}{tail}", encoding="utf-8")
