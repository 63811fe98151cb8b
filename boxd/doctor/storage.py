"""Checks of the disks under the state directory and the backups: space, writable, sound, worn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned

FAMILY = "Storage"

_MIB = 1024 * 1024
_SHORT_MIB = 64  # room that a backup leaves for the ledger
_TIGHT_MIB = 512
_FEW_FILES = 500

# eMMC: JEDEC's life_time counts tenths of the rated writes; 11 means past them.
_WORN, _SPENT = 9, 11
_NORMAL_END, _URGENT_END = 1, 3
# SD cards report nothing. The usual kind (TLC) endures about this many full writes.
_FULL_WRITES = 300

_NEW_CARD = "boxd backup create   # then a new card: docs/maintainers.md, 'Restore'"
_DISK_FAILS = "sudo dmesg | grep -iE 'mmc|ext4|i/o error'   # is the disk failing?"


def space(context: CheckContext) -> Iterator[Finding]:
    """Every disk that boxd writes to has free space."""
    for folder in _folders(context):
        disk = os.statvfs(folder)
        free = disk.f_bavail * disk.f_frsize // _MIB
        seen = f"{folder}: {free} of {disk.f_blocks * disk.f_frsize // _MIB} MiB free"
        remedy = f"sudo du -xh {folder} | sort -h | tail   # and: sudo journalctl --vacuum-size=50M"
        if free < _SHORT_MIB:
            yield failed(seen, remedy)
        elif disk.f_files and disk.f_favail < _FEW_FILES:
            yield failed(f"{folder}: room for {disk.f_favail} more files only", remedy)
        elif free < _TIGHT_MIB:
            yield warned(seen, remedy)
        else:
            yield passed(seen)


def writable(context: CheckContext) -> Iterator[Finding]:
    """No file system is read-only; the kernel does that when a disk fails."""
    for folder in _folders(context):
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            yield failed(
                f"{folder} is on a file system that is read-only",
                f"{_DISK_FAILS} If not: sudo mount -o remount,rw {_mount_point(folder)}",
            )
        else:
            yield passed(f"{folder} can be written to")


def sound(context: CheckContext) -> Iterator[Finding]:
    """Errors that ext4 has counted since the file system was made or checked."""
    counts = {
        file.parent.name: int(file.read_text())
        for file in sorted(context.root.glob("sys/fs/ext4/*/errors_count"))
    }
    if not counts:
        raise Skip("no file system here counts its errors (ext4 does)")
    for name, errors in counts.items():
        if errors:
            yield failed(
                f"ext4 on {name} has counted {errors} errors",
                "boxd backup create   # then add fsck.mode=force to /boot/firmware/cmdline.txt,"
                " restart, take it out again; if errors come back: a new card",
            )
    if not any(counts.values()):
        yield passed(f"no errors counted on {', '.join(counts)}")


def wear(context: CheckContext) -> Iterator[Finding]:
    """How worn cards and eMMC are."""
    disks = [each for each in sorted(context.root.glob("sys/block/mmcblk*")) if _is_disk(each.name)]
    if not disks:
        raise Skip("there is no SD card or eMMC here")
    for disk in disks:
        yield _worn_by_its_word(disk) or _worn_by_what_was_written(context, disk)


def _worn_by_its_word(disk: Path) -> Finding | None:
    """What an eMMC reports about its own wear; SD cards report nothing."""
    tenths = [int(word, 16) for word in _said(disk / "device/life_time").split()]
    end = int(_said(disk / "device/pre_eol_info") or "0", 16)
    if not any(tenths) and not end:
        return None
    most = max(tenths, default=0)
    used = (
        f"beyond its rated life ({most})" if most >= _SPENT else f"{most * 10} % of its life used"
    )
    seen = f"{_called(disk)}: {used}"
    if most >= _SPENT or end >= _URGENT_END:
        return failed(seen if end < _URGENT_END else f"{seen}, spare blocks are gone", _NEW_CARD)
    if most >= _WORN or end > _NORMAL_END:
        return warned(seen, _NEW_CARD)
    return passed(seen)


def _worn_by_what_was_written(context: CheckContext, disk: Path) -> Finding:
    size = int(_said(disk / "size") or "0") * 512
    files = context.root.glob(f"sys/fs/ext4/{disk.name}*/lifetime_write_kbytes")
    written = sum(int(file.read_text()) for file in files) * 1024
    if not size or not written:
        return passed(f"{_called(disk)}: tells nothing of its wear")
    seen = f"{_called(disk)}: {written >> 30} GiB written, {written // size} times its size"
    return warned(seen, _NEW_CARD) if written > _FULL_WRITES * size else passed(seen)


def _called(disk: Path) -> str:
    return f"{disk.name} ({_said(disk / 'device/name')}, {_said(disk / 'device/manfid')})"


def _is_disk(name: str) -> bool:
    return name.removeprefix("mmcblk").isdigit()  # not boot0, rpmb and partitions


def _said(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def _folders(context: CheckContext) -> list[Path]:
    """The state directory, and the backup folder if it is on another disk."""
    state = context.config.box.state_dir
    if not state.is_dir():
        raise Skip(f"there is no {state} yet: boxd makes it at its first start")
    backups = context.config.backup_dir
    apart = backups.is_dir() and backups.stat().st_dev != state.stat().st_dev
    return [state, backups] if apart else [state]


def _mount_point(folder: Path) -> Path:
    """Where the folder's file system is mounted; only this list has bind mounts."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    mounted = {Path(line.split()[4]) for line in lines}
    folder = folder.resolve()
    return next((each for each in (folder, *folder.parents) if each in mounted), Path("/"))


CHECKS = (
    Check(
        FAMILY,
        "space",
        space,
        f"less than {_TIGHT_MIB} MiB free (warned), {_SHORT_MIB} (failed), or no room for files",
    ),
    Check(FAMILY, "writable", writable, "the file system is mounted read-only"),
    Check(FAMILY, "file system", sound, "ext4 has counted errors"),
    Check(
        FAMILY,
        "wear",
        wear,
        "eMMC at 90 % of its life or short of spare blocks (warned), beyond (failed); a card"
        f" written {_FULL_WRITES} times over (warned)",
    ),
)
