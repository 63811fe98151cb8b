"""Checks of the systemd units: installed, enabled, running, not masked, unchanged since loaded."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned

FAMILY = "Units"

TARGET = "boxd.target"
NAMES = (TARGET, "boxd-temporal.service", "boxd.service")
OPTIONAL = (
    "boxd-phones.service",
    "boxd-clock.service",
    "boxd-upgrade.service",
    "boxd-kiosk.service",
)
SHOWN = (
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "UnitFileState",
    "NeedDaemonReload",
    "NRestarts",
    "ExecMainStatus",
    "StatusText",
)
_MANY_RESTARTS = 3

Shown = dict[str, str]


def units(context: CheckContext) -> Iterator[Finding]:
    """Each unit of boxd."""
    if context.text("/proc/1/comm") != "systemd":
        raise Skip("this system was not started by systemd")
    shown = {name: _shown(name, context) for name in (*NAMES, *OPTIONAL)}
    if all(each.get("LoadState") == "not-found" for each in shown.values()):
        raise Skip("boxd is not installed as a service here", "sudo make install")
    for name, each in shown.items():
        if name in NAMES or each.get("LoadState") != "not-found":
            yield from _of_one(name, each)


def _shown(name: str, context: CheckContext) -> Shown:
    command = ("systemctl", "show", name, *(f"--property={each}" for each in SHOWN))
    lines = (context.run(command) or "").splitlines()
    return dict(line.partition("=")[::2] for line in lines)


def _of_one(name: str, unit: Shown) -> Iterator[Finding]:
    load, state = unit.get("LoadState"), unit.get("ActiveState")
    if load == "masked":
        yield failed(f"{name} is masked", f"sudo systemctl unmask {name} && {_start(name)}")
    elif load != "loaded":
        yield failed(f"{name} can't be loaded ({load})", "install boxd again: sudo make install")
    elif state == "failed":
        yield failed(
            f"{name} has failed ({unit.get('Result')}, exit {unit.get('ExecMainStatus', '?')})",
            f"journalctl -u {name} -n 50   # why; then: {_start(name)}",
        )
    elif state not in ("active", "reloading", "activating"):
        if name not in OPTIONAL:
            yield failed(f"{name} is {state}", _start(name))
    else:
        yield passed(f"{name} is {state} ({unit.get('SubState')})")
    yield from _besides(name, unit)


def _besides(name: str, unit: Shown) -> Iterator[Finding]:
    if name == TARGET and unit.get("UnitFileState") == "disabled":
        yield failed(f"{name} will not start with the power", f"sudo systemctl enable {name}")
    if int(unit.get("NRestarts") or 0) >= _MANY_RESTARTS:
        yield warned(
            f"{name} was started again {unit['NRestarts']} times",
            f"journalctl -u {name} -p warning   # why",
        )
    # systemd says so of every masked unit with a drop-in.
    if unit.get("NeedDaemonReload") == "yes" and unit.get("LoadState") != "masked":
        yield warned(f"{name} was changed on the disk since", "sudo systemctl daemon-reload")


def _start(name: str) -> str:
    return f"sudo systemctl start {name}"


CHECKS = (
    Check(
        FAMILY,
        "units",
        units,
        "one is masked, failed, stopped, not enabled, started again and again, or was changed",
    ),
)
