"""The user and groups of the daemon, and what they may open."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Skip
from boxd.service_user import read_start

SERVICE = "boxd.service"


@dataclass(frozen=True)
class Identity:
    """A user with all its groups; `groups_missing` are configured groups that do not exist here."""

    name: str
    uid: int
    gids: frozenset[int]
    groups_missing: tuple[str, ...] = ()

    def may_use(self, node: Path) -> bool:
        """Whether mode, owner and group allow reading and writing."""
        status = node.stat()
        if self.uid == 0:
            return True
        if self.uid == status.st_uid:
            needed = stat.S_IRUSR | stat.S_IWUSR
        elif status.st_gid in self.gids:
            needed = stat.S_IRGRP | stat.S_IWGRP
        else:
            needed = stat.S_IROTH | stat.S_IWOTH
        return status.st_mode & needed == needed


def identity(context: CheckContext) -> Identity:
    """The running daemon's identity; else that of its systemd unit; else that of this user."""
    return _of_process(context) or _of_unit(context) or _own()


def _of_process(context: CheckContext) -> Identity | None:
    if isinstance(context.found, Exception) or not context.is_served:
        return None
    pid = read_start(context.found.lock_file, 32).strip()
    lines = (context.text(f"/proc/{pid}/status") or "").splitlines()
    said = {key: value.split() for key, _, value in (line.partition(":") for line in lines)}
    if "Uid" not in said:
        return None
    uid = int(said["Uid"][1])
    return Identity(_name(uid), uid, frozenset(map(int, (said["Gid"][1], *said["Groups"]))))


def _of_unit(context: CheckContext) -> Identity | None:
    said = context.run(
        ("systemctl", "show", SERVICE, "-p", "LoadState", "-p", "User", "-p", "SupplementaryGroups")
    )
    shown = dict(line.partition("=")[::2] for line in (said or "").splitlines())
    if shown.get("LoadState") != "loaded" or not shown.get("User"):
        return None
    try:
        user = pwd.getpwnam(shown["User"])
    except KeyError:
        raise Skip(f"{SERVICE} runs as '{shown['User']}', who does not exist") from None
    wanted = shown.get("SupplementaryGroups", "").split()
    known = {each.gr_name: each.gr_gid for each in grp.getgrall()}
    gids = {user.pw_gid, *os.getgrouplist(user.pw_name, user.pw_gid)}
    gids |= {known[name] for name in wanted if name in known}
    missing = tuple(name for name in wanted if name not in known)
    return Identity(user.pw_name, user.pw_uid, frozenset(gids), missing)


def _own() -> Identity:
    uid = os.geteuid()
    return Identity(_name(uid), uid, frozenset((os.getegid(), *os.getgroups())))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
