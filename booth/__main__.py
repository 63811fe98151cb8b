"""Boot the booth's machine and do something in it: `python -m booth IMAGE play|tests|shell`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from booth.machine import Machine
from booth.play import play_all
from booth.scenario import ScenarioError, known, load

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "booth"
PROJECT = "/srv/boxd"
PYTHON_PATH = f"PYTHONPATH=/opt/booth/packages:{PROJECT}"
CHIP_VARIABLE = "BOXD_TEST_GPIO_SIM"  # see tests/gpio/wiring.py
CHECKS = (
    *(f"booth/checks/test_{name}.py" for name in ("midi", "serial", "gpio")),
    # Those of boxd's own tests that have pins, which lead to the machine's chip then.
    *(f"tests/gpio/test_{name}.py" for name in ("guard", "bus", "contacts", "outputs")),
    "booth/checks/test_box.py",  # the last one: a whole box, for minutes
)
ACCELERATOR = os.environ.get("BOOTH_ACCELERATOR", "tcg")
RESULTS = "/var/tmp/booth-results"  # noqa: S108 - a folder in a machine that is ours alone


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m booth", description=__doc__)
    parser.add_argument("image", type=Path, help="a folder that booth/Makefile made")
    parser.add_argument("what", choices=("play", "tests", "shell"))
    parser.add_argument("more", nargs="*", help="scenarios, or what to give to pytest")
    parser.add_argument("--newer", type=Path, help="for play: a package with a higher version")
    asked = parser.parse_intermixed_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    if asked.what == "play":
        return _play(asked.image, asked.more, asked.newer)
    return _go_in(asked.image, asked.what, asked.more)


def _play(image: Path, names: Sequence[str], newer: Path | None) -> int:
    try:
        scenarios = [load(name) for name in names or known()]
    except ScenarioError as error:
        _say(str(error))
        return 2
    return 0 if play_all(scenarios, image, BUILD / "evidence", ACCELERATOR, newer) else 1


def _go_in(image: Path, what: str, more: Sequence[str]) -> int:
    with Machine(image, BUILD / "console.log", ACCELERATOR) as machine:
        _say("booting a machine; its console: build/booth/console.log")
        _say(f"it answered after {machine.boot():.0f} s")
        machine.copy_in(ROOT, _project_files(), PROJECT)
        going_in = f"cd {PROJECT} && export {PYTHON_PATH}"
        machine.ask(f"cd {PROJECT} && install/metadata .")
        chip = machine.ask(f"{going_in} && python3 -m booth.guest").strip()
        going_in += f" {CHIP_VARIABLE}={chip}"
        if what == "shell":
            shell = [*machine.ssh, "-t", f"{going_in}; exec bash -l"]
            return subprocess.run(shell, check=False).returncode
        return _run_tests(machine, going_in, more or CHECKS)


def _run_tests(machine: Machine, going_in: str, chosen: Sequence[str]) -> int:
    begun = time.monotonic()
    testing = f"python3 -m pytest -p no:cacheprovider --junit-xml={RESULTS}/tests.xml"
    failed = machine.run(f"mkdir -p {RESULTS} && {going_in} && {testing} {' '.join(chosen)}")
    machine.copy_out(RESULTS, BUILD / "results")
    _say(f"the tests took {time.monotonic() - begun:.0f} s; more about them: build/booth/results")
    return failed


def _project_files() -> list[str]:
    """Every file of this checkout that is not ignored, committed or not."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    names = listed.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def _say(what: str) -> None:
    print(f"booth: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
