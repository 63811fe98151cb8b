"""A box that boots by itself from a card, and whose power can be cut at any instant.

A Debian with systemd as process 1 and boxd as it is installed, in namespaces of this machine. All
that it writes goes to the card.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from booth.container import Container, ContainerError
from booth.power.mounted import MountedDisk

STATE = Path("var/lib/boxd")
SOCKET = Path("run/boxd/boxd.sock")
ANSWERS_WITHIN_S = 60.0
LOOK_EVERY_S = 0.02
Json = dict[str, Any]


class NotReady(Exception):
    """The box did not become ready by itself."""


class SocketTransport(httpx.HTTPTransport):
    """HTTP over the box's socket, which may be dead at any time."""

    def __init__(self, path: Path) -> None:
        super().__init__(uds=str(path))
        self._path = str(path)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Look whether anybody listens: httpx does not close a socket that can't connect."""
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
            try:
                probe.connect(self._path)
            except OSError as error:
                raise httpx.ConnectError(str(error), request=request) from error
        return super().handle_request(request)


class Box(Container):
    """One box. `system` are the layers that it boots from, which are only read."""

    def __init__(self, system: Sequence[Path], disk: MountedDisk) -> None:
        super().__init__(system, disk.root / "box")
        self._disk = disk
        self.http = httpx.Client()
        self.http.close()  # there is nobody to ask before the first start

    @property
    def state(self) -> Path:
        """The state directory as it lies on the card, to be read while the card is mounted."""
        return self._disk.root / "box/changes" / STATE

    def insert(self) -> None:
        """Make what lies on the card readable, as the boot's first act. Raises DiskError."""
        self._disk.power_on()

    def start(self) -> None:
        """Boot from the inserted card, as far as it comes. Raises ContainerError."""
        self.boot()
        transport = SocketTransport(self.files / SOCKET)
        self.http = httpx.Client(
            transport=transport, base_url="http://localhost", timeout=ANSWERS_WITHIN_S
        )

    def wait_until_ready(self, within_s: float, is_over: Callable[[], bool]) -> None:
        """Do nothing until it takes codes, or `is_over`. Raises NotReady."""
        deadline = time.monotonic() + within_s
        while not self.is_ready() and not is_over():
            if time.monotonic() > deadline:
                raise NotReady(f"the box was not ready within {within_s:.0f} s")
            time.sleep(LOOK_EVERY_S)

    def is_ready(self) -> bool:
        """Whether the box takes codes."""
        try:
            return self.http.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def snapshot(self) -> Json:
        """What the HUD shows."""
        shown: Json = self.http.get("/snapshot").json()
        return shown

    def phase(self) -> str:
        """How far a boot has come."""
        if not self._pid:
            return "before systemd"
        if not (self.group / "system.slice/boxd.service").exists():
            return "systemd starts other things"
        if not (self.files / SOCKET).exists():
            return "boxd starts, no HUD yet"
        return "the HUD is there"

    def power_off(self) -> None:
        """Cut the power: first the disk dies, then, within a millisecond, everything else."""
        self._disk.die()
        with contextlib.suppress(OSError):  # it has not been given power yet
            (self.group / "cgroup.kill").write_text("1")

    def clear_away(self) -> None:
        """Let go of what is left after its power was cut."""
        self.http.close()
        self.cut()
        self._disk.power_off()

    def shut_down(self, before_unmount: Callable[[], None] = lambda: None) -> None:
        """Let it stop in good order, as a maintainer does; then take out its card."""
        self.http.close()
        super().shut_down()
        before_unmount()
        self._disk.unmount()

    def journal(self) -> str:
        """All that was logged since its power-on, or why that can't be told."""
        try:
            return self.ask("journalctl --boot --no-pager --output=short-precise")
        except (ContainerError, OSError, subprocess.SubprocessError) as error:
            return str(error)
