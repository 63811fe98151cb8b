"""The mutation score of the core: `python -m tests.mutation --count 200 --seed 18 --keep FILE`.

Results are kept by mutant, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.core import NEAREST
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.running import ROOT, Copy


def sample(seed: int, count: int | None, only: str = "") -> list[Mutant]:
    """So many mutants of the core, in an order that the seed makes; all without a count."""
    found = [
        each for module in NEAREST if only in module for each in mutants_of(ROOT / module, ROOT)
    ]
    random.Random(seed).shuffle(found)
    return found[:count]


def main() -> None:
    """Run the mutants and print the score by module, with the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--count", type=int)
    parser.add_argument("--only", default="", help="a part of the module's name")
    parser.add_argument("--part", default="0/1", help="1/2: the second half of the mutants")
    parser.add_argument("--keep", type=Path, default=Path("mutants.jsonl"))
    chosen = parser.parse_args()
    part, parts = map(int, chosen.part.split("/"))
    known = _known(chosen.keep)
    with TemporaryDirectory(dir="/dev/shm") as folder, chosen.keep.open("a") as kept:
        copy = Copy.made_in(Path(folder))
        for mutant in sample(chosen.seed, chosen.count, chosen.only)[part::parts]:
            if (mutant.module, mutant.name) in known:
                continue
            is_killed = copy.kills(mutant, NEAREST[mutant.module])
            line = {"module": mutant.module, "name": mutant.name, "killed": is_killed}
            print(json.dumps(line), file=kept, flush=True)
    _tell(_known(chosen.keep))


def _known(file: Path) -> dict[tuple[str, str], bool]:
    lines = file.read_text().splitlines() if file.exists() else []
    return {
        (each["module"], each["name"]): each["killed"] for each in map(json.loads, lines) if each
    }


def _tell(known: dict[tuple[str, str], bool]) -> None:
    by_module: dict[str, list[bool]] = defaultdict(list)
    for (module, _), is_killed in known.items():
        by_module[module].append(is_killed)
    for module, killed in sorted(by_module.items()):
        print(
            f"| `{module}` | {len(killed)} | {sum(killed)} | {100 * sum(killed) // len(killed)} |"
        )
    for (module, name), is_killed in known.items():
        if not is_killed:
            print(f"survived: {module} {name}")


if __name__ == "__main__":
    main()
