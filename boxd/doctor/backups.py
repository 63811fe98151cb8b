"""Checks of the ledger's backups: they exist, are whole, and are recent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.doctor.ledger_reading import Damaged, reading
from boxd.ledger.backup import Listed, listing, newest_good
from boxd.ledger.soundness import Contents, contents

FAMILY = "Backups"

_MAKE = "boxd backup create"
_WHY = "boxd schedules list"
_READ_WITHIN_S = 60.0
# Without a schedule backups are made by hand; nobody does that twice a day.
_BY_HAND = timedelta(days=2)


def newest(context: CheckContext) -> Iterator[Finding]:
    """The newest backup is whole; it is read from end to end."""
    directory = context.config.backup_dir
    if not directory.is_dir() and context.config.backups.directory is not None:
        yield failed(f"{directory} is not there", "lsblk; mount   # is its disk plugged in?")
        return
    found = _listed(context)
    good = newest_good(directory)
    newer = [each for each in found if good is None or each.made_at > good.made_at]
    sealed = [each for each in newer if each.is_sealed]
    bad = [each for each in newer if not each.is_sealed]
    if sealed:
        yield passed(f"{sealed[0].file.name} is sealed: its key opens it, and nothing here does")
    for each in bad:
        yield failed(f"{each.file.name} is of no use: {each.why}", f"{_MAKE}   # a new one")
    if good is not None:
        yield passed(f"{good.file.name} is whole, with {_entries(good)} entries")
    elif not found:
        yield warned(f"there is no backup in {directory}", _MAKE)


def age(context: CheckContext) -> Iterator[Finding]:
    """The newest backup is recent, unless nothing has happened since it was made."""
    found = [each for each in _listed(context) if each.contents or each.is_sealed]
    if not found:
        raise Skip("there is no backup")
    old = context.now - datetime.fromisoformat(found[0].made_at)
    seen = f"the newest is {_rounded(old)} old"
    now = _contents(context)
    if now is not None and found[0].is_of(now):
        yield passed(f"{seen}, and nothing has happened since")
    elif old > _allowed(context):
        yield failed(f"{seen}, and {_allowed(context)} are allowed", f"{_MAKE}   # and why: {_WHY}")
    else:
        yield passed(seen)


def place(context: CheckContext) -> Iterator[Finding]:
    """The backups lie on another disk than the ledger."""
    directory, state = context.config.backup_dir, context.config.box.state_dir
    if not _listed(context):
        raise Skip("there is no backup")
    if directory.stat().st_dev == state.stat().st_dev:
        yield warned(
            f"they lie on the same disk as the ledger, {directory}",
            f'sudoedit {context.config_file}   # [backups] directory = "/media/usb/backups"',
        )
    else:
        yield passed(f"on a disk of their own, {directory}")


def _listed(context: CheckContext) -> list[Listed]:
    directory = context.config.backup_dir
    if not context.config.ledger_file.exists():
        raise Skip("there is no ledger yet")
    if not directory.is_dir():
        return []
    next(directory.iterdir(), None)  # raises PermissionError
    return listing(directory)


def _contents(context: CheckContext) -> Contents | None:
    try:
        with reading(context) as ledger:
            return contents(ledger)
    except Damaged:
        return None


def _allowed(context: CheckContext) -> timedelta:
    """Twice the interval, so that one missed backup is forgiven."""
    every = timedelta(hours=context.config.schedules.backup_every_h)
    return 2 * every or _BY_HAND


def _entries(backup: Listed) -> int:
    return backup.contents.entries if backup.contents else 0


def _rounded(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h"


CHECKS = (
    Check(
        FAMILY, "newest", newest, "there is none, or it can't be read to its end", _READ_WITHIN_S
    ),
    Check(FAMILY, "age", age, "older than two intervals, and something has happened since", 40),
    Check(FAMILY, "place", place, "they lie on the ledger's own disk"),
)
