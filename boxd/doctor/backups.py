"""Backups of the ledger: there, whole, and young enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from boxd.doctor.check import Check
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.doctor.ledger_reading import Damaged, reading
from boxd.doctor.patient import CheckContext
from boxd.ledger.backup import Listed, listing, newest_good
from boxd.ledger.soundness import Contents, contents

FAMILY = "Backups"

_MAKE = "boxd backup create"
_WHY = "boxd schedules list"
_READ_WITHIN_S = 60.0
# Without a schedule somebody makes them by hand; twice a day is then not asked for.
_BY_HAND = timedelta(days=2)


def newest(patient: CheckContext) -> Iterator[Finding]:
    """The newest backup, read from end to end."""
    directory = patient.config.backup_dir
    if not directory.is_dir() and patient.config.backups.directory is not None:
        yield failed(f"{directory} is not there", "lsblk; mount   # is its disk plugged in?")
        return
    found = _listed(patient)
    good = newest_good(directory)
    bad = [each for each in found if good is None or each.made_at > good.made_at]
    for each in bad:
        yield failed(f"{each.file.name} is of no use: {each.why}", f"{_MAKE}   # a new one")
    if good is not None:
        yield passed(f"{good.file.name} is whole, with {_entries(good)} entries")
    elif not found:
        yield warned(f"there is no backup in {directory}", _MAKE)


def age(patient: CheckContext) -> Iterator[Finding]:
    """How long ago the newest was made, if anything has happened since."""
    found = [each for each in _listed(patient) if each.contents]
    if not found:
        raise Skip("there is no backup")
    old = patient.now - datetime.fromisoformat(found[0].made_at)
    seen = f"the newest is {_rounded(old)} old"
    if _contents(patient) == found[0].contents:
        yield passed(f"{seen}, and nothing has happened since")
    elif old > _allowed(patient):
        yield failed(f"{seen}, and {_allowed(patient)} are allowed", f"{_MAKE}   # and why: {_WHY}")
    else:
        yield passed(seen)


def place(patient: CheckContext) -> Iterator[Finding]:
    """Whether the backups share the card with the ledger."""
    directory, state = patient.config.backup_dir, patient.config.box.state_dir
    if not _listed(patient):
        raise Skip("there is no backup")
    if directory.stat().st_dev == state.stat().st_dev:
        yield warned(
            f"they lie on the same disk as the ledger, {directory}",
            f'sudoedit {patient.config_file}   # [backups] directory = "/media/usb/backups"',
        )
    else:
        yield passed(f"on a disk of their own, {directory}")


def _listed(patient: CheckContext) -> list[Listed]:
    directory = patient.config.backup_dir
    if not patient.config.ledger_file.exists():
        raise Skip("there is no ledger yet")
    if not directory.is_dir():
        return []
    next(directory.iterdir(), None)  # raises PermissionError
    return listing(directory)


def _contents(patient: CheckContext) -> Contents | None:
    try:
        with reading(patient) as ledger:
            return contents(ledger)
    except Damaged:
        return None


def _allowed(patient: CheckContext) -> timedelta:
    """Twice the interval, so that one that was missed is forgiven."""
    every = timedelta(hours=patient.config.schedules.backup_every_h)
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
