"""A Debian with systemd as process 1 in namespaces of this machine: it boots in a second or two.

For what needs a real service manager and no real devices. Everything runs at this machine's speed,
with its kernel, clock and disk; the network is a loopback of its own.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

_CONTAIN = Path(__file__).with_name("contain")
# It ends with the program that started it, however that ends.
_TIED = ("setpriv", "--pdeathsig", "KILL", "unshare", "--kill-child")
_NAMESPACES = ("--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--net", "--mount-proc")
_BOOTS_WITHIN_S = 60.0
_COMMAND_WITHIN_S = 120.0


class ContainerError(Exception):
    """The container could not be started, or a command in it failed."""


def why_impossible() -> str:
    """Why this machine lets nobody have a container; empty when it does."""
    try:
        _control_groups()
    except ContainerError as error:
        return str(error)
    tried = subprocess.run(
        ["unshare", *_NAMESPACES, "true"], capture_output=True, text=True, check=False
    )
    return tried.stderr.strip()


class Container:
    """One Debian; what is changed in it lies in `folder`, and `layers` are only read.

    The last layer is a whole system, the others lie above it, the first on top. `group` is its
    control group, seen from here.
    """

    def __init__(self, layers: Sequence[Path], folder: Path) -> None:
        self._layers = [layer.resolve() for layer in layers]
        self._folder = folder.resolve()
        self.group = _control_groups() / f"boxd-{os.getpid()}-{folder.name}"
        self._unshare: subprocess.Popen[bytes] | None = None
        self._pid = 0

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.cut()

    @property
    def files(self) -> Path:
        """Its files, seen from here while it runs."""
        return Path(f"/proc/{self._pid}/root")

    def boot(self) -> None:
        """Start it, and return when its system is up. Raises ContainerError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.group.mkdir(exist_ok=True)
        with (self._folder / "console").open("ab") as console:
            self._unshare = subprocess.Popen(
                [*_TIED, *_NAMESPACES, _CONTAIN, ":".join(map(str, self._layers)), self._folder],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                preexec_fn=self._join_group,  # noqa: PLW1509 - no thread of ours runs at this point
            )
        deadline = time.monotonic() + _BOOTS_WITHIN_S
        self._pid = self._await_systemd(deadline)
        while not (self.files / "run/dbus/system_bus_socket").exists():
            self._look_alive(deadline)
        self.run("systemctl is-system-running --wait")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command as its root."""
        entering = ["nsenter", "--target", str(self._pid), "--all", "env", "-i"]
        settings = ["HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
        return subprocess.run(
            [*entering, *settings, "sh", "-c", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_WITHIN_S,
            check=False,
        )

    def ask(self, command: str) -> str:
        """What a shell command prints; raises ContainerError when it fails."""
        asked = self.run(command)
        if asked.returncode:
            raise ContainerError(f"`{command}` failed: {asked.stdout}{asked.stderr}".strip())
        return asked.stdout.strip()

    def shut_down(self) -> None:
        """Let it end in good order."""
        if self._unshare is not None:
            self.run("systemctl poweroff --no-block")
            self._unshare.wait(_BOOTS_WITHIN_S)
            self._leave()

    def cut(self) -> None:
        """End everything in it at once, as a power cut would; its disk is as it was."""
        if self._unshare is not None:
            if self._pid:
                with contextlib.suppress(ProcessLookupError):  # it was ended otherwise
                    os.kill(self._pid, signal.SIGKILL)  # the kernel takes all others along
            else:
                self._unshare.kill()
            self._unshare.wait()
            self._leave()

    def forget(self) -> None:
        """Cut it, and remove all that was changed in it."""
        self.cut()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _join_group(self) -> None:
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def _await_systemd(self, deadline: float) -> int:
        """The process that is the first one in there, once it is systemd."""
        assert self._unshare is not None  # noqa: S101 - started above
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children")
        while True:
            self._look_alive(deadline)
            for child in children.read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return int(child)

    def _look_alive(self, deadline: float) -> None:
        """Wait a moment; raise ContainerError if there is nothing to wait for."""
        assert self._unshare is not None  # noqa: S101 - started by whoever asks
        if self._unshare.poll() is not None or time.monotonic() > deadline:
            said = (self._folder / "console").read_text(errors="replace")
            raise ContainerError(f"the container does not boot; it said: {said[-2000:]}")
        time.sleep(0.02)

    def _leave(self) -> None:
        self._unshare, self._pid = None, 0
        deadline = time.monotonic() + _BOOTS_WITHIN_S
        for group in [*sorted(self.group.rglob("*/"), reverse=True), self.group]:
            while True:  # the kernel is still clearing up after the last processes
                try:
                    group.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
                else:
                    break


def _control_groups() -> Path:
    """Where this machine's unified control groups are. Raises ContainerError when it has none."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(where)
    raise ContainerError("this machine has no cgroup2; systemd can't run in a container here")
