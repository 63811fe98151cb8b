"""Where the cuts fell, as the tables of docs/reliability.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from booth.power.results import Result

BEGIN, END = "<!-- power cuts: begin -->", "<!-- power cuts: end -->"


def as_markdown(results: Sequence[Result]) -> str:
    """What stands between the marks."""
    fell = Counter((each.kind, each.where) for each in results)
    faults = Counter((each.kind, each.where) for each in results if each.faults)
    rows = [
        f"| {kind} | {where} | {number} | {faults[kind, where]} |"
        for (kind, where), number in sorted(fell.items())
    ]
    head = "| in a | the cut fell | cuts | with findings |\n|---|---|---:|---:|"
    return "\n".join([_sums(results), "", head, *rows])


def _sums(results: Sequence[Result]) -> str:
    seeds = ", ".join(map(str, sorted({each.seed for each in results})))
    ready = [each.ready_s for each in results]
    bitten = sum(each.lost_bytes > 0 for each in results)
    found = sum(bool(each.faults) for each in results)
    return (
        f"**{len(results)} cuts**, seed {seeds}; {found} with findings. After {bitten} of them a"
        f" file that nobody flushes had lost its end. From power-on to ready: median"
        f" {median(ready):.0f} s, longest {max(ready):.0f} s."
    )


def write_into(document: Path, results: Sequence[Result]) -> None:
    """Put the tables between the document's marks."""
    text = document.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} lacks the lines {BEGIN} and {END}")
    document.write_text(f"{head}{BEGIN}\n{as_markdown(results)}\n{END}{tail}", encoding="utf-8")
