"""The volatile disk as a block device of this machine, with its file system mounted.

QEMU's storage daemon shows the disk as a file, a loop device makes a block device of it; flushes go
all the way down. When the disk dies the kernel's own cache of it can't get anywhere any more.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from booth.power.disk import SERVED_WITHIN_S, DiskError, PoweredDisk

SIZE = 1 << 30


def make_card(platter: Path) -> None:
    """Make an empty card with a file system, as it comes out of its box."""
    platter.unlink(missing_ok=True)
    with platter.open("wb") as file:
        file.truncate(SIZE)
    _do("mkfs.ext4", "-q", "-F", str(platter))


class MountedDisk:
    """A card, mounted at `folder`/card while it has power. `options` are mount's."""

    def __init__(self, disk: PoweredDisk, folder: Path, options: str = "") -> None:
        self.root = folder / "card"
        self._disk = disk
        self._shown = folder / "disk"
        self._options = options
        self._daemon: subprocess.Popen[bytes] | None = None
        self._device = ""
        self._is_mounted = False

    def power_on(self) -> None:
        """Mount it, after the check that every boot makes. Raises DiskError."""
        self._disk.power_on()
        self._show()
        self._device = _do("losetup", "--find", "--show", str(self._shown))
        checked = subprocess.run(["e2fsck", "-p", self._device], capture_output=True, check=False)
        if checked.returncode > 1:  # 1: errors were found and corrected
            said = (checked.stdout + checked.stderr).decode(errors="replace")
            raise DiskError(f"the file system wants a person: {said.strip()}")
        self.root.mkdir(exist_ok=True)
        options = ["-o", self._options] if self._options else []
        _do("mount", "-t", "ext4", *options, self._device, str(self.root))
        self._is_mounted = True

    def die(self) -> None:
        """Lose what was not flushed; the file system is still there and can't write any more."""
        self._disk.cut()

    def power_off(self) -> None:
        """Let go of it, dead or alive."""
        if self._is_mounted:
            _do("umount", "--lazy", str(self.root))
            self._is_mounted = False
        if self._device:
            _do("losetup", "--detach", self._device)
            self._device = ""
        if self._daemon is not None:
            _do("umount", "--lazy", str(self._shown))
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None
        self._disk.cut()

    def unmount(self) -> None:
        """Let go of it in good order: everything is written."""
        _do("umount", str(self.root))
        self._is_mounted = False
        self.power_off()

    def _show(self) -> None:
        self._shown.touch()
        export = f"type=fuse,id=disk,node-name=card,writable=on,mountpoint={self._shown}"
        socket = self._disk.address.partition("socket=")[2]
        node = f"driver=nbd,node-name=card,server.type=unix,server.path={socket}"
        self._daemon = subprocess.Popen(
            [
                "setpriv",
                "--pdeathsig",
                "KILL",
                "qemu-storage-daemon",
                "--blockdev",
                node,
                "--export",
                export,
            ],
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + SERVED_WITHIN_S
        while not self._shown.stat().st_size:
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise DiskError(f"qemu-storage-daemon does not show the disk at {self._shown}")
            time.sleep(0.01)


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DiskError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()
