"""Remedies in a clone: there boxd runs in a terminal, and systemd knows nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from boxd.doctor.check import CheckResult
from boxd.upgrade.install_paths import InstallPaths, own_release

_STOP = re.compile(r"sudo systemctl stop [\w.-]+ && ")
_START = re.compile(r"sudo systemctl start [\w.-]+")
_RESTART = re.compile(r"sudo systemctl restart [\w.-]+")
_LOG = re.compile(r"journalctl -u [\w.-]+( -n \d+| -p warning)?")
_WHERE_IT_RUNS = "the terminal where boxd runs"


def is_run_from_clone(config_file: Path) -> bool:
    """Whether this is no installed release, looking at a box that none serves."""
    return not (own_release() / "DIGEST").exists() and config_file != InstallPaths().config_file


def for_clone(examined: Iterable[CheckResult], config_file: Path) -> list[CheckResult]:
    """The same findings, with remedies that a clone has."""
    return [
        replace(
            each,
            findings=tuple(
                replace(finding, remedy=_remedy(finding.remedy, config_file))
                for finding in each.findings
            ),
        )
        for each in examined
    ]


def _remedy(remedy: str, config_file: Path) -> str:
    run = f"boxd --config {config_file} run"
    told = _START.sub(run, remedy)
    told = _LOG.sub(f"look at {_WHERE_IT_RUNS}", told)
    if _STOP.search(told):
        return f"{_STOP.sub('', told)}   # with boxd stopped: Ctrl-C in {_WHERE_IT_RUNS}"
    if _RESTART.search(told):
        return f"{_RESTART.sub(run, told)}   # after Ctrl-C in {_WHERE_IT_RUNS}"
    return told
