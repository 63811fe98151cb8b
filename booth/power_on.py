"""How long a power-on took: the journal's times and the lamps', on the guest's own clock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from booth.machine import Machine
from booth.seen import Seen
from booth.signs import SUCCESS

_BARE_SERVER = "guest/bare_server.py"
_UNITS = ("booth-devices.service", "boxd-temporal.service", "boxd.service")


def measure(machine: Machine, seen: Seen, bays: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What happened at how many seconds after the kernel's first."""
    for unit in _UNITS:
        started, active = _times(machine, unit)
        yield f"{unit}: started, said that it is ready", f"{started:.1f} s, {active:.1f} s"
    for bay, board in bays.items():
        lit = seen.lit_at(board, SUCCESS)
        yield f"{bay}: its ready lamp was lit", "never" if lit is None else f"{lit:.1f} s"


def bare_servers(machine: Machine) -> Iterator[tuple[str, str]]:
    """How long a server without boxd takes to start, first and again, in the guest and here."""
    temporal = Path(sys.executable).with_name("temporal")
    here = [sys.executable, str(Path(__file__).parent / _BARE_SERVER), str(temporal)]
    said = subprocess.run(here, stdout=subprocess.PIPE, text=True, check=True).stdout
    there = f"/opt/booth/project/booth/{_BARE_SERVER} /opt/boxd/current/bin/temporal"
    yield (
        "a bare Temporal server in the guest: first, again",
        machine.ask(f"python3 {there}").strip(),
    )
    yield "a bare Temporal server on this computer: first, again", said.strip()


def _times(machine: Machine, unit: str) -> tuple[float, float]:
    names = ("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic")
    shown = machine.ask(f"systemctl show {unit} --property={','.join(names)}")
    values = dict(line.split("=", 1) for line in shown.splitlines())
    started, active = (int(values[name]) / 1e6 for name in names)
    return started, active
