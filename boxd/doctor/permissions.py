"""Checks whether the daemon's user may use what it needs: device nodes, and its own files."""

from __future__ import annotations

import grp
from collections.abc import Iterator
from pathlib import Path

from boxd.config.device_kinds import installed, name_of_kind
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed
from boxd.doctor.identity import SERVICE, Identity, identity

FAMILY = "Permissions"


def devices(context: CheckContext) -> Iterator[Finding]:
    """Device nodes exist, and the daemon's user may read and write them."""
    who = identity(context)
    nodes = _nodes(context)
    if not nodes:
        raise Skip("no configured device needs one")
    for node in nodes:
        yield _usable(node, who)


def groups(context: CheckContext) -> Iterator[Finding]:
    """The groups that the systemd unit gives to the daemon exist."""
    who = identity(context)
    for name in who.groups_missing:
        yield failed(
            f"there is no group '{name}', which {SERVICE} names",
            f"sudo groupadd --system {name}   # or install boxd again, which makes it",
        )
    if not who.groups_missing:
        named = ", ".join(sorted(_group(gid) for gid in who.gids))
        yield passed(f"boxd runs as {who.name} ({named})")


def files(context: CheckContext) -> Iterator[Finding]:
    """All files in the state directory have the same owner as the directory."""
    state = context.config.box.state_dir
    if not state.is_dir():
        raise Skip(f"there is no {state} yet")
    owner = state.stat().st_uid
    strange = [path for path in (state, *_within(state)) if _owner_of(path) not in (owner, None)]
    if strange:
        named = ", ".join(str(path.relative_to(state)) for path in strange[:3])
        yield failed(
            f"{len(strange)} of {state} belong to somebody else: {named}",
            f"sudo chown -R --reference={state} {state}",
        )
    else:
        yield passed(f"all of {state} belongs to its owner")


def _within(state: Path) -> Iterator[Path]:
    for folder in (state, state / "keys", state / "temporal", state / "backups"):
        if folder.is_dir():
            yield from folder.iterdir()


def _owner_of(path: Path) -> int | None:
    """None for a file that has just gone: boxd and its server create and remove files often."""
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return None


def _nodes(context: CheckContext) -> list[Path]:
    """The device nodes of the configured devices; none in simulation."""
    config = context.config
    if config.simulation.enabled:
        return []
    used = [device for device in config.devices if device.enabled]
    shared: dict[Path, None] = {}
    own: dict[Path, None] = {}
    for device in used:
        for node in installed()[name_of_kind(device)].nodes(device, config):
            paths = dict.fromkeys(_paths(context, node))
            if node != device.port:
                shared |= paths
            elif context.at(node).exists():  # a device that is unplugged is another check's
                own |= paths
    return list(shared | own)


def _paths(context: CheckContext, node: str) -> list[Path]:
    """The nodes that there are; the first that there should be, if there is none."""
    folder, _, name = node.rpartition("/")
    return sorted(context.at(folder).glob(name)) or [context.at(node.replace("[0-9]*", "0"))]


def _usable(node: Path, who: Identity) -> Finding:
    if not node.exists():
        module = "sudo modprobe snd-seq   # " if node.name == "seq" else ""
        return failed(f"{node} is not there", f"{module}ls -l {node.parent}")
    if who.may_use(node):
        return passed(f"{who.name} may use {node}")
    status = node.stat()
    group = _group(status.st_gid)
    seen = f"{who.name} may not use {node} (mode {status.st_mode & 0o777:03o}, group {group})"
    if status.st_mode & 0o060 != 0o060 or group == "root":
        return failed(seen, "sudo udevadm trigger   # applies boxd's udev rules again; then look")
    return failed(seen, f"sudo usermod -aG {group} {who.name} && sudo systemctl restart boxd")


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


CHECKS = (
    Check(FAMILY, "groups", groups, "a group that the unit names does not exist"),
    Check(FAMILY, "devices", devices, "a device node is missing, or not for the daemon's user"),
    Check(FAMILY, "files", files, "something in the state directory belongs to another user"),
)
