"""What failed runs once more alone, is named, and hides nothing that fails again."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAILS_AT_FIRST = """
import pathlib, pytest

@pytest.mark.parametrize("number", range({failing}))
def test_once(number):
    mark = pathlib.Path(__file__).with_name(f"mark-{{number}}")
    if {always} or not mark.exists():
        mark.touch()
        raise AssertionError("not yet")

def test_good():
    pass
"""


@pytest.mark.parametrize(
    ("failing", "always", "code", "again"),
    [(2, False, 0, True), (1, True, 1, True), (6, False, 1, False)],
    ids=["passed-alone", "failed-again", "too-many"],
)
def test_what_failed_runs_once_more_alone(
    tmp_path: Path, failing: int, always: bool, code: int, again: bool
) -> None:
    file = tmp_path / "test_of_this.py"
    file.write_text(FAILS_AT_FIRST.format(failing=failing, always=always))
    counts = tmp_path / "counts"

    done = subprocess.run(
        ["scripts/run-tests", "-p", "tests.counts", file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"BOXD_TEST_COUNTS": str(counts)},
        check=False,
    )

    assert done.returncode == code, done.stdout
    assert ("Once more, alone:" in done.stdout) == again
    if code == 0:
        assert done.stdout.splitlines()[-1].endswith("::test_once[1]")
        assert counts.read_text().splitlines() == ["tests 1 2 0", "again 2 0 0"]


def test_a_worker_that_dies_keeps_nobody_waiting(tmp_path: Path) -> None:
    for number in range(12):
        test = f"def test_{number}(n):\n    pass\n"
        if number == 5:
            test += "\ndef test_dies():\n    import os; os._exit(11)\n"
        file = tmp_path / f"test_{number}.py"
        file.write_text(f"import pytest\n\n@pytest.mark.parametrize('n', range(3))\n{test}")

    done = subprocess.run(
        [".venv/bin/python", "-m", "pytest", "-n", "2", "-p", "tests.dealing", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "crashed while running" in done.stdout
    assert "1 failed, 36 passed" in done.stdout


def test_short_proofs_run_among_the_others_and_are_counted_by_themselves(tmp_path: Path) -> None:
    plain = "def test_it(): pass\n"
    proof = f"import pytest\n@pytest.mark.proof\n{plain}"
    long = f"import pytest\n@pytest.mark.long\n@pytest.mark.proof\n{plain}"
    files = {"a": plain, "b": plain, "c": plain, "l": long, "p": proof, "q": proof}
    for name, text in files.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    (tmp_path / "conftest.py").write_text(
        "from tests.dealing import with_proofs_among\n"
        "def pytest_collection_modifyitems(items): items[:] = with_proofs_among(items)\n"
    )
    counts = tmp_path / "counts"

    done = subprocess.run(
        [
            ".venv/bin/python",
            "-m",
            "pytest",
            "-v",
            "-p",
            "tests.counts",
            "-m",
            "not long",
            tmp_path,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"BOXD_TEST_COUNTS": str(counts)},
        check=False,
    )

    assert re.findall(r"test_(.)\.py::test_it PASSED", done.stdout) == [*"paqbc"]
    assert counts.read_text().splitlines() == ["tests 3 0 0", "proofs 2 0 0"]
