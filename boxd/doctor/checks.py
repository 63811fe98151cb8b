"""The list of all checks, in the order in which they are printed: what people notice first."""

from __future__ import annotations

from boxd.doctor import (
    backups,
    certificates,
    clock,
    configuration,
    devices,
    housekeeping,
    ledger,
    machine,
    permissions,
    pins,
    ports,
    running,
    serial_lines,
    storage,
    temporal,
    units,
    versions,
)
from boxd.doctor.check import Check

_FAMILIES = (
    running,
    configuration,
    units,
    devices,
    serial_lines,
    permissions,
    pins,
    machine,
    storage,
    clock,
    ledger,
    backups,
    temporal,
    ports,
    housekeeping,
    certificates,
    versions,
)

CHECKS: tuple[Check, ...] = tuple(check for family in _FAMILIES for check in family.CHECKS)
