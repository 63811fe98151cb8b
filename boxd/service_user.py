"""Root acts on the service's files as the service's user: a link planted there leads nowhere.

What lies in the state directory is the service's to make and to rename, at any moment. Root that
opened, changed or gave away something there by its path would do it to any file of the system.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from boxd.errors import BoxdError

# Those of boxd.service: a latch on the pins or on a serial line is opened by hand as well.
_DEVICE_GROUPS = ("gpio", "dialout", "audio")


def become_owner_of(folder: Path) -> None:
    """Let root be the user whose folder this is, until the process ends; others stay who they are.

    Nothing changes where the folder is root's own, or is not there yet.
    """
    if os.geteuid() != 0 or not folder.exists():
        return
    owner = folder.stat()
    if owner.st_uid == 0:
        return
    os.setgroups(_groups(owner.st_uid))
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
    # Programs look for settings in it, and fail at those of root.
    os.environ["HOME"] = str(folder)


def read_start(file: Path, most: int) -> str:
    """At most so many bytes from the start of a plain file, as text.

    Raises OSError, also for a pipe, at which one would wait for ever, or a device, which may have
    no end.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no plain file", str(file))
        return os.read(descriptor, most).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def done_as_owner_of(folder: Path, work: Callable[[], str]) -> str:
    """Let a process of the folder's owner do the work, and return what it returns.

    For root that has to go on as root. Raises BoxdError with the words of an error there.
    """
    if os.geteuid() != 0:
        return work()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work_and_end(folder, work, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise BoxdError(told or f"the part that ran as the owner of {folder} ended by itself")
    return told


def _work_and_end(folder: Path, work: Callable[[], str], writing: int) -> None:
    """In the child: it must never return, or two processes would go on with the same command."""
    code = 1
    try:
        become_owner_of(folder)
        told = work()
        code = 0
    except BaseException as error:  # noqa: BLE001 - the parent raises it again, in words
        told = str(error) or type(error).__name__
    with os.fdopen(writing, "w", encoding="utf-8") as answer:
        answer.write(told)
    os._exit(code)


def _groups(user: int) -> Sequence[int]:
    """The groups of the user, and those of the devices as far as this system has them."""
    try:
        account = pwd.getpwuid(user)
    except KeyError:
        groups = set()
    else:
        groups = set(os.getgrouplist(account.pw_name, account.pw_gid))
    return sorted(
        groups | {each.gr_gid for each in grp.getgrall() if each.gr_name in _DEVICE_GROUPS}
    )
