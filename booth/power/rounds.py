"""A round: a box that is ready is put to use, cut off, and has to come back by itself."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from booth.container import ContainerError
from booth.power.box import Box, NotReady
from booth.power.cutter import Cutter
from booth.power.disk import DiskError, PoweredDisk, VolatileDisk
from booth.power.fallen import Before, Kept, before, copied_ledger, look_at, where_it_fell
from booth.power.mounted import MountedDisk, make_card
from booth.power.people import Impatience, People, unless_cut
from booth.power.record import Follower, Record, durations
from booth.power.reordering import ReorderingDisk
from booth.power.steps import POWER_ON, Aim, Kind
from checker import check
from checker.invariants import Invariant
from checker.ledger import read_ledger

READY_WITHIN_S = 240.0
MOVES_ON_WITHIN_S = 60.0
# How long a step takes, until it was measured.
FIRST_GUESS_S = dict.fromkeys(Kind, 0.1) | {Kind.FIRST_START: 10.0, Kind.START: 10.0}
TRACE = "hardware-trace.jsonl"


@dataclass(frozen=True)
class Fallen:
    """What a cut met, and what came of it; `faults` is empty when all is well."""

    where: str
    lost_bytes: int
    ready_s: float
    acknowledged: int
    faults: tuple[str, ...]


class Socket:
    """A box at its socket: its card, what is known of it, and the people around it.

    With `dice` a cut keeps some of what was not flushed; `options` are those of its mounting.
    """

    def __init__(
        self,
        system: Sequence[Path],
        folder: Path,
        dice: random.Random | None = None,
        options: str = "",
    ) -> None:
        self._folder = folder
        self._platter = folder / "card.raw"
        folder.mkdir(parents=True, exist_ok=True)
        self._platter.unlink(missing_ok=True)  # of a card from before nothing is known
        disk: PoweredDisk = VolatileDisk(self._platter, folder)
        if dice is not None:
            disk = ReorderingDisk(self._platter, folder, dice)
        self._box = Box(system, MountedDisk(disk, folder, options))
        self._record = Record(folder)
        self._follower: Follower | None = None
        self._is_on = False
        self._took_s: dict[str, float] = {}
        self._phase = ""  # how far a boot had come at the cut

    def play(self, aim: Aim) -> Fallen:
        """Let one cut fall, and see the box come back."""
        self._make_ready_for(aim.step.kind)
        self._record.moments.clear()
        span_s = aim.step.span_s or self._took_s.get(aim.step.name, FIRST_GUESS_S[aim.step.kind])
        cutter = Cutter(aim.step.name, aim.part * span_s, self._cut)
        self._record.on_moment = cutter.notice
        try:
            known = self._until_cut(aim, cutter)
        finally:
            self._record.on_moment = lambda _what: None
            cutter.put_away()
        return self._come_back(aim, known)

    def close(self) -> None:
        """Leave nothing behind."""
        self._cut()
        self._clear_away()

    # Before the cut

    def _make_ready_for(self, kind: Kind) -> None:
        if kind is Kind.FIRST_START or not self._platter.exists():
            self._cut()
            self._clear_away()
            make_card(self._platter)
            self._record = Record(self._folder)
        if kind is Kind.START and self._is_on:
            # Whoever follows the trace opens it, and a card with an open file is not let go of.
            self._box.shut_down(before_unmount=self._end_following)
            self._is_on = False
        if kind not in (Kind.START, Kind.FIRST_START) and not self._is_on:
            self._switch_on()
            self._box.wait_until_ready(READY_WITHIN_S, lambda: False)

    def _until_cut(self, aim: Aim, cutter: Cutter) -> Before:
        """Do what leads to the cut; returns what the ledger knew when that began."""
        people = People(self._box, self._record, cutter.wait)
        known = Before()
        with unless_cut(lambda: cutter.is_cutting):
            if not self._is_on:
                self._boot_into(cutter)
            else:
                with copied_ledger(self._box.state) as ledger:
                    known = before(read_ledger(ledger))
                self._record.moment("ready")
                self._use(people, aim)
        if not cutter.wait(READY_WITHIN_S):
            raise Impatience(f"no cut at '{aim.step.name}': it was never reached")
        return known

    def _boot_into(self, cutter: Cutter) -> None:
        try:
            self._switch_on()
            self._box.wait_until_ready(READY_WITHIN_S, lambda: cutter.is_cutting)
        except (ContainerError, DiskError, OSError):
            if not cutter.is_cutting:
                raise
        else:
            if not cutter.is_cutting:
                self._record.moment("ready")

    def _switch_on(self) -> Kept:
        self._box.insert()
        kept = look_at(self._box.state)
        self._follower = self._record.follow(self._box.state / TRACE)
        self._is_on = True
        self._record.has_power = True
        self._record.moment(POWER_ON)
        self._box.start()
        return kept

    def _use(self, people: People, aim: Aim) -> None:
        match aim.step.kind, aim.step.name:
            case Kind.TASK, _:
                people.earn()
            case Kind.RECOVERY, _:
                people.recover()
            case _, "refusal":
                people.mistype()
            case _, "backup":
                people.back_up()
            case _, "expiry":
                people.expire()
            case _:
                people.redeem()

    # The cut, and after it

    def _cut(self) -> None:
        self._record.has_power = False
        self._phase = self._box.phase()
        self._box.power_off()

    def _clear_away(self) -> None:
        self._end_following()
        self._box.clear_away()
        self._is_on = False

    def _end_following(self) -> None:
        if self._follower is not None:
            self._follower.end()
            self._follower = None

    def _come_back(self, aim: Aim, known: Before) -> Fallen:
        had = self._box.state / TRACE
        had_bytes = had.stat().st_size if had.exists() else 0
        self._clear_away()
        shutil.copy2(self._platter, self._folder / "at-the-cut.raw")
        moments = [seen.what for seen in self._record.moments]
        self._took_s |= durations(self._record.moments)
        begun = time.monotonic()
        faults: list[str] = []
        where, lost = "not known", 0
        try:
            kept = self._switch_on()
            where = where_it_fell(aim.step.kind, self._phase, moments, kept, known)
            lost = had_bytes - kept.trace_bytes
            self._box.wait_until_ready(READY_WITHIN_S, lambda: False)
            self._took_s[POWER_ON] = ready_s = time.monotonic() - begun
            if "backed up" in moments and not kept.backups:
                faults.append("a backup was said to be there, and is not")
            faults += self._examine()
            People(self._box, self._record, time.sleep).finish()
            faults += self._examine()
        except (ContainerError, DiskError, NotReady, Impatience, httpx.HTTPError) as error:
            ready_s = time.monotonic() - begun
            faults.append(f"{type(error).__name__}: {error}")
        if faults:
            (self._folder / "journal.txt").write_text(self._box.journal(), encoding="utf-8")
        told = len(self._record.acknowledged.read_bytes().splitlines())
        return Fallen(where, lost, ready_s, told, tuple(dict.fromkeys(faults)))

    def _examine(self) -> list[str]:
        """What the checker finds; what it only calls late has time to come to its end."""
        record = self._record
        deadline = time.monotonic() + MOVES_ON_WITHIN_S
        while True:
            shown = self._box.snapshot()
            with copied_ledger(self._box.state) as ledger:
                found = check(ledger, record.trace, record.acknowledged, shown)
            are_late = all(each.invariant is Invariant.NOTHING_STUCK for each in found)
            if not found or not are_late or time.monotonic() > deadline:
                return [str(finding) for finding in found]
            time.sleep(1)
