"""How long a power-on took: the journal's times and the lamps', on the guest's own clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from booth.machine import Machine
from booth.seen import Seen
from booth.signs import SUCCESS

_UNITS = ("booth-devices.service", "boxd-temporal.service", "boxd.service")


def measure(machine: Machine, seen: Seen, bays: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What happened at how many seconds after the kernel's first."""
    for unit in _UNITS:
        started, active = _times(machine, unit)
        yield f"{unit}: started, said that it is ready", f"{started:.1f} s, {active:.1f} s"
    for bay, board in bays.items():
        lit = seen.lit_at(board, SUCCESS)
        yield f"{bay}: its ready lamp was lit", "never" if lit is None else f"{lit:.1f} s"


def _times(machine: Machine, unit: str) -> tuple[float, float]:
    names = ("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic")
    shown = machine.ask(f"systemctl show {unit} --property={','.join(names)}")
    values = dict(line.split("=", 1) for line in shown.splitlines())
    started, active = (int(values[name]) / 1e6 for name in names)
    return started, active
