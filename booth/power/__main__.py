"""Cut a box's power many times: `python -m booth.power --count 100 --seed 1`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from booth.installed import ROOT
from booth.power.campaign import Campaign, play, say
from booth.power.controls import without_barriers, without_waiting
from booth.power.rounds import Fallen
from booth.power.system import make_system, piece
from booth.power.table import BOXES, REORDERED, tell

ENOUGH = 100
FOLDER = ROOT / "build" / "booth" / "power"


def main() -> int:
    """Do what the command line says; 1 when a cut cost something, or a control cost nothing."""
    parser = argparse.ArgumentParser(prog="python -m booth.power", description=__doc__)
    parser.add_argument("--count", type=int, default=ENOUGH, help=f"how many cuts ({ENOUGH})")
    parser.add_argument("--seed", type=int, default=1, help="decides where they are aimed at (1)")
    parser.add_argument("--reordering", action="store_true", help="keep some unflushed blocks")
    parser.add_argument("--jobs", type=int, default=2, help="boxes at a time (2)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where everything is kept")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    say("putting a box's system together")
    system = make_system(piece("root"), asked.folder / "system")
    campaign = Campaign(asked.seed, asked.count, asked.folder, asked.reordering)
    results = play(campaign, system, asked.jobs)
    tell(REORDERED if asked.reordering else BOXES, campaign.all_results(), enough=ENOUGH)
    say(f"{len(results)} cuts, {sum(bool(each.faults) for each in results)} with findings")
    have_failed = [
        _has_failed(
            "a file system that has nothing flushed", without_barriers(system, asked.folder)
        ),
        _has_failed("a ledger that does not wait", without_waiting(system, asked.folder)),
    ]
    return 0 if all(have_failed) and not any(each.faults for each in results) else 1


def _has_failed(what: str, fallen: Fallen) -> bool:
    """Say what became of a control; it has to be found out."""
    found = fallen.faults[0] if fallen.faults else "NOTHING, so the cuts above prove nothing"
    say(f"control, {what}: the checker found {found}")
    return bool(fallen.faults)


if __name__ == "__main__":
    sys.exit(main())
