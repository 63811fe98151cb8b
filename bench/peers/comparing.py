"""The box's flow on other engines, each on a slow disk of its own, beside the floor."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from bench import usage
from bench.attempting import attempt
from bench.box import ROOT
from bench.card.disk import Counted, SlowDisk, slow_disk
from bench.card.redeeming import FLUSH_S
from bench.figures import Figure, kib, mib, milliseconds, spread
from bench.peers.installing import Engine, NoPeer, engines
from bench.progress import tell
from bench.size import Size

_WARM = 3


@dataclass(frozen=True)
class Compared:
    """A peer's samples in seconds; what reached the device, and its memory at the end."""

    verdict: Sequence[float]
    unlock: Sequence[float]
    counted: Counted
    rss: int


def figures(folder: Path, size: Size) -> Iterator[Figure]:
    """A row for each peer; one that can't be installed says why."""
    for number, engine in enumerate(engines()):
        yield from attempt(engine.name, partial(_rows, engine, folder / str(number), size))


def _rows(engine: Engine, folder: Path, size: Size) -> Iterator[Figure]:
    what = f"{engine.name}: Enter → verdict, confirmation → unlock, flush 20 ms"
    try:
        program, arguments = engine.command()
    except NoPeer as error:
        yield Figure(what, "", f"could not be installed here: {error}")
        return
    tell(f"{size.on_card} redemptions on {engine.name}")
    with slow_disk(folder) as disk:
        found = _compared([*program, str(disk.folder), *arguments], disk, size.on_card)
    count = len(found.verdict)
    yield Figure(
        what,
        "",
        f"{milliseconds(spread(found.verdict))}; {milliseconds(spread(found.unlock))}",
        f"{found.counted.flushes / count:.1f} flushes, {kib(found.counted.bytes / count)} a"
        f" redemption; {mib(found.rss)} RSS",
    )


def _compared(command: Sequence[str], disk: SlowDisk, count: int) -> Compared:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            _told(process)
            _redeem(process, _WARM)
            disk.set_flush(FLUSH_S)
            os.sync()
            before = disk.counted()
            samples = _redeem(process, count)
            time.sleep(1)  # what the last one has left to do
            os.sync()
            counted = disk.counted().since(before)
            rss = _rss(process.pid)
        finally:
            disk.set_flush(0)
            assert process.stdin is not None
            process.stdin.close()
    return Compared([v for v, _ in samples], [u for _, u in samples], counted, rss)


def _redeem(process: subprocess.Popen[str], count: int) -> list[list[float]]:
    assert process.stdin is not None
    process.stdin.write(f"{count}\n")
    process.stdin.flush()
    samples: list[list[float]] = json.loads(_told(process))
    return samples


def _told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the peer's program ended; what it said stands above"
    return line


def _rss(pid: int) -> int:
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return usage.memory([each.pid for each in family]).rss
