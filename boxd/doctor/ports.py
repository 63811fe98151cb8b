"""Checks of the TCP ports: each is held by this box, or free."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from boxd.config import Config
from boxd.doctor.check import SUDO, Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, failed, passed, skipped
from boxd.service_user import read_start
from boxd.temporal.command import LOOPBACK, configured_ports
from boxd.temporal.ports import holders_of, why_taken

FAMILY = "Ports"

_UNITS = ("boxd.service", "boxd-temporal.service", "boxd-phones.service")


def ports(context: CheckContext) -> Iterator[Finding]:
    """Each configured port."""
    for setting, (host, port) in _named(context.config).items():
        yield _of_one(setting, host, port, context)


def _of_one(setting: str, host: str, port: int, context: CheckContext) -> Finding:
    taken = why_taken(host, {setting: port})
    if not taken:
        return passed(f"{port} ({setting}) is free")
    pids = holders_of(port)
    if any(_is_ours(pid, context) for pid in pids):
        return passed(f"{port} ({setting}) is this box's")
    if not pids and not context.is_root:
        return skipped(f"{port} ({setting}): who holds it is not for this user to see", SUDO)
    said, _, remedy = taken.partition("; ")
    return failed(said, f"sudo ss -ltnp 'sport = :{port}'   # {remedy}")


def _named(config: Config) -> dict[str, tuple[str, int]]:
    """Host and port by the name of their setting."""
    named = {"web.port": (config.web.host, config.web.port)}
    if config.phones.enabled:
        named["phones.port"] = (config.phones.host, config.phones.port)
    if config.temporal.address is None:
        own = configured_ports(config.temporal).named()
        named |= {setting: (LOOPBACK, port) for setting, port in own.items()}
    return named


def _is_ours(pid: int, context: CheckContext) -> bool:
    """Whether the process is the daemon, descends from it, or belongs to one of boxd's units."""
    if any(unit in (context.text(f"/proc/{pid}/cgroup") or "") for unit in _UNITS):
        return True
    return context.is_served and _served_by(context.config.lock_file) in _line_of(pid, context)


def _served_by(lock: Path) -> int:
    said = read_start(lock, 32).strip()
    return int(said) if said.isdigit() else -1


def _line_of(pid: int, context: CheckContext) -> Iterator[int]:
    """The process, its parent, and so on."""
    while pid > 1:
        yield pid
        status = context.text(f"/proc/{pid}/status") or ""
        parents = [line.split()[1] for line in status.splitlines() if line.startswith("PPid:")]
        pid = int(parents[0]) if parents else 0


CHECKS = (Check(FAMILY, "ports", ports, "another program holds a port of the configuration"),)
