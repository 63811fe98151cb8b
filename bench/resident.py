"""How much memory a box takes, and where the daemon's comes from."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from bench import usage
from bench.box import ROOT, Box
from bench.figures import Figure, mib
from bench.progress import tell
from bench.size import Size

_ROUNDS = 5
# What a Python without boxd takes, what temporalio and the daemon's own modules bring.
_STEPS = ("asyncio", "temporalio.client, temporalio.worker", "boxd.daemon.startup")
_PROGRAM = """
import time
from bench import usage
began = time.perf_counter()
for step in {steps!r}:
    exec("import " + step)
    memory = usage.memory(["self"])
    print(memory.anonymous, memory.rss, time.perf_counter() - began)
"""


def figures(box: Box, size: Size) -> Iterator[Figure]:
    """A box that has redeemed `total` codes; then what a process has that has only imported."""
    daemon, server = usage.memory([box.pid]), usage.memory([box.server_pid])
    anonymous, rss = daemon.anonymous + server.anonymous, daemon.rss + server.rss
    yield Figure(
        f"resident after {size.total} redemptions: anonymous, RSS",
        "at most 120 MiB, 230 MiB",
        f"{mib(anonymous)} (daemon {mib(daemon.anonymous)}, server {mib(server.anonymous)}),"
        f" {mib(rss)} (daemon {mib(daemon.rss)}, server {mib(server.rss)})",
        "",
        anonymous <= 120 * 2**20 and rss <= 230 * 2**20,
    )
    yield _imports()


def _imports() -> Figure:
    """Where the daemon's memory is before it has done anything."""
    tell("what the daemon imports")
    seen = [_imported() for _ in range(_ROUNDS)]
    (bare, _, bare_s), (sdk, _, sdk_s), (whole, rss, whole_s) = [
        [statistics.median(column) for column in zip(*step, strict=True)]
        for step in zip(*seen, strict=True)
    ]
    return Figure(
        "what the daemon imports: anonymous, RSS, time",
        "",
        f"{mib(whole)}, {mib(rss)}, {whole_s:.2f} s; of it Python itself {mib(bare)},"
        f" {bare_s:.2f} s, Temporal's SDK {mib(sdk - bare)}, {sdk_s - bare_s:.2f} s",
    )


def _imported() -> list[list[float]]:
    """Anonymous bytes, RSS and seconds after each step."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(steps=_STEPS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
