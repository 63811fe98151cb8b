"""Power cuts of a whole machine: its kernel, its device nodes, boxd by its package, all emulated.

A round takes an emulated processor minutes, so these are few: `make machine-cuts`.
The many are played by booth/power/campaign.py.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from booth.evidence import Folder
from booth.guest.layout import BAYS
from booth.installed import ROOT
from booth.machine import Machine, MachineError
from booth.player import Player, StepError
from booth.power.campaign import say
from booth.power.disk import VolatileDisk
from booth.power.results import Result, append, read
from booth.power.rounds import Fallen
from booth.power.steps import Kind
from booth.power.system import piece
from booth.power.table import MACHINES, tell
from booth.seen import Seen
from booth.sentences import read as understand
from booth.signs import Sign

FOLDER = ROOT / "build" / "booth" / "power-machine"
STOCKING = "bring 20 of mug"
REDEMPTION = (
    "issue codes ada for mug",
    "type ada at bay-1",
    "bay-1 shows load",
    "operator presses Enter",
    "door 1 opens",
    "bay-1 shows open",
    "take the prize and shut door 1",
    "operator presses Enter",
    "bay-1 shows ready",
)
ENOUGH = 10
NOT_READY = (Sign.DARK, Sign.STARTING, Sign.OUT_OF_SERVICE, Sign.UNCLEAR)
READY_WITHIN_S = 1800.0
LOOK_EVERY_S = 0.5
SENTENCE_S = 4.0  # a cut falls within this time of a sentence's beginning
BOOT_S = 60.0  # and one in a first start within this time of the power's coming
ANSWERS_AT_MOST = 6


class PowerIsCut(Exception):
    """Nothing can be done any more."""


class MachineSocket:
    """A machine at its socket, with a disk that forgets."""

    def __init__(self, image: Path, folder: Path) -> None:
        self._platter = folder / "disk.raw"
        self._evidence = Folder(folder / "evidence")
        self._disk = VolatileDisk(self._platter, folder)
        drive = f"file={self._disk.address},format=raw,cache=writeback"
        self._machine = Machine(
            image, self._evidence.console, drive=drive, trace=self._evidence.trace
        )
        self._player = Player(self._machine, self._evidence, None)
        self._copy = ["cp", "--sparse=always", str(image / "disk.ext4"), str(self._platter)]
        self._seen = Seen(self._evidence.trace)
        self._doing = ""
        signal.signal(signal.SIGALRM, lambda _number, _frame: self._cut())

    def play(self, part: float) -> Fallen:
        """Let the power be cut at this part, 0 to 1, of what comes next; see the box come back."""
        kind = Kind.REDEMPTION if self._platter.exists() else Kind.FIRST_START
        try:
            if kind is Kind.FIRST_START:
                self._first_start(part * BOOT_S)
            else:
                self._redeem(part * len(REDEMPTION))
        except PowerIsCut:
            return self._come_back()
        raise StepError("the power was not cut in time")

    def close(self) -> None:
        """Leave nothing behind."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._player.close()
        self._seen.close()
        self._machine.cut()
        self._disk.cut()
        self._evidence.close()

    def _first_start(self, after_s: float) -> None:
        subprocess.run(self._copy, check=True)
        self._doing = "first start"
        signal.setitimer(signal.ITIMER_REAL, after_s)
        self._switch_on()
        self._await_ready()
        signal.pause()

    def _redeem(self, moment: float) -> None:
        for number, sentence in enumerate(REDEMPTION):
            if number == int(moment):
                signal.setitimer(signal.ITIMER_REAL, max(0.001, moment % 1 * SENTENCE_S))
            self._do(sentence)
        signal.pause()

    def _do(self, sentence: str) -> None:
        self._doing = sentence
        self._player.play(understand(sentence))

    def _switch_on(self) -> None:
        self._seen.forget()
        self._disk.power_on()
        self._player.switch_on()

    def _await_ready(self) -> None:
        """Wait until the lamps of every bay say that it takes codes, or whom it is serving."""
        deadline = time.monotonic() + READY_WITHIN_S
        while any(self._seen.sign(board) in NOT_READY for board in BAYS.values()):
            if time.monotonic() > deadline:
                raise StepError(
                    f"the lamps do not say within {READY_WITHIN_S:.0f} s that it is ready"
                )
            time.sleep(LOOK_EVERY_S)

    def _cut(self) -> None:
        self._disk.cut()
        self._machine.cut()
        raise PowerIsCut

    def _come_back(self) -> Fallen:
        where, begun, faults, ready_s = self._doing, time.monotonic(), [], 0.0
        self._player.cut()
        try:
            self._switch_on()
            self._await_ready()
            ready_s = time.monotonic() - begun
            faults += self._examine()
            self._finish()
            faults += self._examine()
            if where == "first start":
                self._do(STOCKING)
        except (StepError, MachineError, OSError) as error:
            faults.append(f"{self._doing}: {error}")
        told = self._evidence.path / "acknowledged.jsonl"
        promises = len(told.read_bytes().splitlines()) if told.exists() else 0
        return Fallen(where, 0, ready_s, promises, tuple(dict.fromkeys(faults)))

    def _examine(self) -> list[str]:
        self._evidence.gather(self._machine)
        return [str(finding) for finding in self._evidence.examine().findings]

    def _finish(self) -> None:
        """Press Enter, after the doors were shut, until the operator is asked nothing any more."""
        for _ in range(ANSWERS_AT_MOST):
            shown = json.loads((self._evidence.path / "snapshot.json").read_text(encoding="utf-8"))
            if not shown["prompts"]:
                return
            self._do("take the prize and shut door 1")
            self._do("operator presses Enter")
            self._evidence.gather(self._machine)
        raise StepError(f"still asked after {ANSWERS_AT_MOST} answers: {shown['prompts']}")


def main() -> int:
    """Play rounds until so many are there; 1 when a cut cost something."""
    parser = argparse.ArgumentParser(prog="python -m booth.power.machines", description=__doc__)
    parser.add_argument("--count", type=int, default=ENOUGH, help=f"how many cuts ({ENOUGH})")
    parser.add_argument("--seed", type=int, default=1, help="decides where they fall (1)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where everything is kept")
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    asked.folder.mkdir(parents=True)
    file = asked.folder / f"cuts-{asked.seed}.jsonl"
    dice = random.Random(asked.seed)  # noqa: S311 - no secret
    socket = MachineSocket(piece("where"), asked.folder)
    try:
        for number in range(1, asked.count + 1):
            part = dice.random()
            fallen = socket.play(part)
            kind = (Kind.FIRST_START if fallen.where == "first start" else Kind.REDEMPTION).value
            result = Result(
                seed=asked.seed,
                number=number,
                kind=kind,
                step="",
                part=round(part, 4),
                where=fallen.where,
                lost_bytes=0,
                ready_s=fallen.ready_s,
                acknowledged=fallen.acknowledged,
                faults=fallen.faults,
            )
            append(file, result)
            say(str(result))
            if result.faults:
                break
    finally:
        socket.close()
    tell(MACHINES, read(file), enough=ENOUGH)
    return 1 if any(result.faults for result in read(file)) else 0


if __name__ == "__main__":
    sys.exit(main())
