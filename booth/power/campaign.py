"""Many rounds, on several cards at once; what was played already is not played again."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from booth.power.results import Result, append, read
from booth.power.rounds import Fallen, Socket
from booth.power.steps import Aim, aims


@dataclass(frozen=True)
class Campaign:
    """So many cuts by this seed; `folder` holds everything. Disks lose all or `are_reordering`."""

    seed: int
    count: int
    folder: Path
    are_reordering: bool = False

    @property
    def results(self) -> Path:
        """The file with a line for each round."""
        return self.folder / f"{self._name}-{self.seed}.jsonl"

    def all_results(self) -> list[Result]:
        """Those of every seed that was played with such disks."""
        files = sorted(self.folder.glob(f"{self._name}-*.jsonl"))
        return [result for file in files for result in read(file)]

    @property
    def _name(self) -> str:
        return f"cuts-{'reordering' if self.are_reordering else 'volatile'}"

    def missing(self) -> list[tuple[int, Aim]]:
        """The rounds that were not played yet, by their numbers from 1 on."""
        played = {result.number for result in read(self.results)}
        numbered = enumerate(islice(aims(self.seed), self.count), 1)
        return [(number, aim) for number, aim in numbered if number not in played]


def play(campaign: Campaign, system: Sequence[Path], jobs: int) -> list[Result]:
    """Play what is missing, `jobs` at a time; returns the results of all."""
    missing = campaign.missing()
    say(f"seed {campaign.seed}: {len(missing)} of {campaign.count} cuts to come")
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_work, args=(campaign, system, job, missing[job::jobs]))
        for job in range(jobs)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return read(campaign.results)


def _work(
    campaign: Campaign, system: Sequence[Path], job: int, rounds: Sequence[tuple[int, Aim]]
) -> None:
    os.nice(19)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # and so clear up
    folder = campaign.folder / f"socket-{job}"
    seed = f"{campaign.seed} {job}"
    dice = random.Random(seed) if campaign.are_reordering else None  # noqa: S311 - no secret
    socket = Socket(system, folder, dice)
    try:
        for number, aim in rounds:
            result = _play(socket, campaign.seed, number, aim)
            append(campaign.results, result)
            say(str(result))
            if result.faults:
                socket.close()
                _keep(folder, campaign.folder / f"evidence-{campaign.results.stem}-{number}")
                socket = Socket(system, folder, dice)
    finally:
        socket.close()


def _play(socket: Socket, seed: int, number: int, aim: Aim) -> Result:
    try:
        fallen = socket.play(aim)
    except Exception as error:  # noqa: BLE001 - a round that breaks is a finding like any other
        fallen = Fallen("the round broke", 0, 0.0, 0, (f"{type(error).__name__}: {error}",))
    told = (seed, number, aim.step.kind.value, aim.step.name, round(aim.part, 4))
    return Result(*told, **asdict(fallen))


def _keep(folder: Path, evidence: Path) -> None:
    """Move what a round with a fault left to where nothing overwrites it."""
    shutil.rmtree(evidence, ignore_errors=True)
    shutil.move(folder, evidence)
    say(f"kept for you: {evidence}")


def say(what: str) -> None:
    """Tell whoever watches."""
    print(f"power cuts: {what}", file=sys.stderr, flush=True)
