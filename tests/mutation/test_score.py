"""The score of the core's tests: mutants of it that a test kills, and those that none does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.core import NEAREST
from tests.mutation.mutants import mutants_of
from tests.mutation.running import ROOT

pytestmark = pytest.mark.proof
KILLED_OF_100 = 90
# Pure rules, whose tests take a second: a sample of the first is the short form.
RULES = ("boxd/redemption.py", "boxd/task.py", "boxd/issue.py")


def score(keep: Path, *chosen: str) -> tuple[int, list[str]]:
    """How many mutants ran, and the names of those that survived."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.mutation", "--keep", str(keep)]
    subprocess.run([*command, *chosen], cwd=ROOT, check=True)
    results = [json.loads(line) for line in keep.read_text().splitlines()]
    survived = [f"{each['module']} {each['name']}" for each in results if not each["killed"]]
    return len(results), survived


def test_a_sample_of_the_rules_mutants_is_killed(tmp_path: Path) -> None:
    count, survived = score(tmp_path / "kept.jsonl", "--only", RULES[0], "--count", "8")
    assert (count, survived) == (8, [])


@pytest.mark.long
def test_nine_of_ten_mutants_of_the_rules_are_killed_and_all_survivors_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count, survived = score(tmp_path / "kept.jsonl")
    of_rules = [each for each in survived if each.startswith(RULES)]
    mutants = sum(len(mutants_of(ROOT / module, ROOT)) for module in RULES)
    with capsys.disabled():
        print(f"\n{count} mutants of the core, {count - len(survived)} killed; survivors:")
        print(*survived, sep="\n")
    assert (mutants - len(of_rules)) * 100 >= KILLED_OF_100 * mutants


def test_no_two_mutants_have_one_name_and_every_test_is_there() -> None:
    for module, tests in NEAREST.items():
        names = [each.name for each in mutants_of(ROOT / module, ROOT)]
        assert len(names) == len(set(names)), module
        assert [each for each in tests if not (ROOT / each).exists()] == []
