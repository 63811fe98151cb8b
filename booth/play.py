"""Plays scenarios one after the other and says how each of them went."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from booth.evidence import Folder
from booth.machine import Machine, MachineError
from booth.player import Player, StepError
from booth.ready import ready_booth
from booth.scenario import Scenario
from checker import EvidenceError, Report


@dataclass(frozen=True)
class Ending:
    """How a scenario ended. `why` is empty where every step was done and seen."""

    name: str
    took_s: float
    why: str
    report: Report | None

    @property
    def has_passed(self) -> bool:
        """Whether all went as it should, and the checker found nothing."""
        return not self.why and self.report is not None and not self.report.findings


def play_all(
    scenarios: Sequence[Scenario], image: Path, folder: Path, accelerator: str, newer: Path | None
) -> bool:
    """Play them and print a line for each; whether all have passed."""
    width = max(len(each.name) for each in scenarios)
    endings = []
    for scenario in scenarios:
        evidence = Folder(folder / scenario.name)
        ending = play(scenario, image, evidence, accelerator, newer)
        evidence.close()
        endings.append(ending)
        _clear()
        print(_line(ending, width), flush=True)
        for what, figure in evidence.figures:
            print(f"{'':{width}}    {what}: {figure}", flush=True)
    passed = sum(each.has_passed for each in endings)
    print(f"{passed} of {len(endings)} passed; the evidence: {folder}")
    return passed == len(endings)


def play(
    scenario: Scenario, image: Path, evidence: Folder, accelerator: str, newer: Path | None
) -> Ending:
    """Play one scenario in a machine of its own."""
    begun = time.monotonic()
    try:
        saved = None if scenario.is_cold else ready_booth(image, evidence.console, accelerator)
    except MachineError as error:
        return Ending(scenario.name, time.monotonic() - begun, str(error), None)
    console, trace = evidence.console, evidence.trace
    with Machine(image, console, accelerator, trace=trace, saved=saved) as machine:
        player = Player(machine, evidence, newer)
        try:
            why = _steps(player, scenario, evidence, begun)
            report, unread = _judge(machine, evidence)
        finally:
            player.close()
    return Ending(scenario.name, time.monotonic() - begun, why or unread, report)


def _steps(player: Player, scenario: Scenario, evidence: Folder, begun: float) -> str:
    """Do every step; what went wrong, or nothing."""
    try:
        player.switch_on()
    except MachineError as error:
        return str(error)
    for number, step in enumerate(scenario.steps, start=1):
        at = time.monotonic() - begun
        said = f"{at:7.1f} s  {number}/{len(scenario.steps)}  {step.text}"
        evidence.output.write(f"# {said}\n".encode())
        _progress(f"{scenario.name}  {said}")
        try:
            player.play(step)
        except StepError as error:
            return f"step {number}, '{step.text}': {error}"
    return ""


def _judge(machine: Machine, evidence: Folder) -> tuple[Report | None, str]:
    """The checker's report, or why there is none."""
    try:
        evidence.gather(machine)
        return evidence.examine(), ""
    except (MachineError, EvidenceError, OSError) as error:
        return None, f"nothing to check: {error}"


def _line(ending: Ending, width: int) -> str:
    minutes, seconds = divmod(round(ending.took_s), 60)
    verdict = "passed" if ending.has_passed else "FAILED"
    took = f"{minutes:2} min {seconds:02} s"
    line = f"{ending.name:{width}}  {verdict}  {took}  {_found(ending.report)}"
    return f"{line}\n{'':{width}}    {ending.why}" if ending.why else line


def _found(report: Report | None) -> str:
    if report is None:
        return "checker: could not look"
    checked = {name: count for verdict in report.verdicts for name, count in verdict.checked}
    counted = ", ".join(f"{count} {name}" for name, count in checked.items() if name in _COUNTED)
    return f"checker: {len(report.findings) or 'nothing'} found ({counted})"


_COUNTED = ("redemptions", "pulses", "actuations")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:118]}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
