"""A slow disk: ext4 on a loop device on a FUSE file whose flush sleeps, one at a time, and counts.

It takes root, and Debian's gcc, pkg-config, libfuse3-dev and fuse3 (scripts/debian-packages card).
"""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 512 * 2**20
_COUNTERS = struct.Struct("=4q")  # as in slow_disk.c
_THERE_WITHIN_S = 10.0


@dataclass(frozen=True)
class Counted:
    """What reached the device: flushes, and bytes in writes."""

    flushes: int
    bytes: int

    def since(self, before: Counted) -> Counted:
        """The difference."""
        return Counted(self.flushes - before.flushes, self.bytes - before.bytes)


class SlowDisk:
    """A mounted one: `folder` is on it."""

    def __init__(self, folder: Path, control: mmap.mmap) -> None:
        self.folder = folder
        self._control = control

    def set_flush(self, seconds: float) -> None:
        """From now on a flush takes so long."""
        self._control[:8] = struct.pack("=q", int(seconds * 1e6))

    def counted(self) -> Counted:
        """Since it was made, with what the file system still keeps to itself brought there."""
        _, flushes, _, written = _COUNTERS.unpack(self._control[: _COUNTERS.size])
        return Counted(flushes, written)


class NoSlowDisk(Exception):
    """None can be made here; the message says why, and what to type."""


@contextmanager
def slow_disk(folder: Path) -> Iterator[SlowDisk]:
    """A fresh slow disk, gone again afterwards. Raises NoSlowDisk."""
    if os.geteuid() != 0:
        raise NoSlowDisk("a slow disk is mounted, which takes root: sudo make bench ONLY=card")
    root = Path(__file__).parents[2]
    _run(root / "scripts" / "debian-packages", "card")
    with ExitStack() as made:
        folder.mkdir(parents=True)
        (folder / "fuse").mkdir()
        (folder / "mounted").mkdir()
        control = _served(folder, made)
        loop = _run("losetup", "--find", "--show", folder / "fuse" / "disk.img").strip()
        made.callback(_run, "losetup", "--detach", loop)
        # Otherwise the kernel zeroes its tables later, and that counts as somebody's bytes.
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", loop)
        _run("mount", loop, folder / "mounted")
        # Lazily: a process that was started meanwhile in a mount namespace of its own has a copy.
        made.callback(_run, "umount", "--lazy", folder / "mounted")
        yield SlowDisk(folder / "mounted", control)


def _served(folder: Path, made: ExitStack) -> mmap.mmap:
    """Compile and run the FUSE file system; returns the page that it shares."""
    program, backing, control = folder / "slow_disk", folder / "backing", folder / "control"
    flags = _run("pkg-config", "--cflags", "--libs", "fuse3").split()
    _run("gcc", "-O2", "-Wall", Path(__file__).with_name("slow_disk.c"), "-o", program, *flags)
    with backing.open("wb") as file:
        file.truncate(SIZE)
    _run(program, backing, control, folder / "fuse")
    made.callback(_run, "fusermount3", "-u", "-z", folder / "fuse")
    deadline = time.monotonic() + _THERE_WITHIN_S
    while not (folder / "fuse" / "disk.img").exists():
        assert time.monotonic() < deadline, "the slow disk's file system does not answer"
        time.sleep(0.01)
    with control.open("r+b") as file:
        return made.enter_context(mmap.mmap(file.fileno(), 4096))


def _run(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoSlowDisk(f"{words[0]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout
