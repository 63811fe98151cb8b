"""A box as it is installed, in a Debian with a real systemd of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from booth.container import Container
from tests.box.booth import wait_until

ROOT = Path(__file__).parents[2]
SOON_S = 60.0
Json = dict[str, Any]


def install(layer: Path) -> None:
    """Put a release with its links, and a whole box in simulation, into an empty layer."""
    release = layer / "opt/boxd/releases/under-test"
    release.parent.mkdir(parents=True)
    subprocess.run([ROOT / "install/release", release, "amd64", "3.11"], check=True)
    (layer / "opt/boxd/current").symlink_to("releases/under-test")
    subprocess.run([ROOT / "install/links", layer], check=True)
    configuration = layer / "etc/boxd/boxd.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(simulation(), encoding="utf-8")


def simulation() -> str:
    """The shipped simulation, as a box that systemd runs."""
    text = (ROOT / "config/sim.toml").read_text(encoding="utf-8")
    for pattern, line in (
        ('state_dir = "../var/sim"', 'state_dir = "/var/lib/boxd"'),
        ("# own_unit = false", "own_unit = true"),
        ('# socket = "../var/sim/boxd.sock"', 'socket = "/run/boxd/boxd.sock"'),
    ):
        assert pattern in text, f"config/sim.toml has no {pattern!r}"
        text = text.replace(pattern, line)
    return text


class InstalledBox(Container):
    """The box's services, started, broken and looked at as a maintainer would."""

    def __init__(self, layers: Sequence[Path], folder: Path) -> None:
        super().__init__(layers, folder)
        # What the box has in /run is looked for anew, because another boot is another system.
        self._asked: httpx.Client | None = None

    def boot(self) -> None:
        """Boot, and see that the user is there, as the package's installation does."""
        super().boot()
        self.ask(
            "systemd-sysusers && chown root:boxd /etc/boxd/boxd.toml && systemctl daemon-reload"
        )
        transport = httpx.HTTPTransport(uds=str(self.files / "run/boxd/boxd.sock"))
        self._asked = httpx.Client(transport=transport, base_url="http://localhost", timeout=20)

    def cut(self) -> None:
        """End everything at once."""
        if self._asked is not None:
            self._asked.close()
        super().cut()

    # What a maintainer does

    def configure(self, pattern: str, line: str) -> None:
        """Change a line of the configuration."""
        file = self.files / "etc/boxd/boxd.toml"
        text, changed = re.subn(pattern, line, file.read_text(encoding="utf-8"), count=1)
        assert changed, f"no line like {pattern!r}"
        file.write_text(text, encoding="utf-8")

    def override(self, unit: str, *lines: str) -> None:
        """Add settings to a unit's [Service], as `systemctl edit` does."""
        folder = self.files / f"etc/systemd/system/{unit}.d"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test.conf").write_text("\n".join(["[Service]", *lines, ""]), encoding="utf-8")
        self.ask("systemctl daemon-reload")

    def start(self, unit: str = "boxd.target") -> None:
        """Start a unit, and wait until systemd says that it is started."""
        self.ask(f"systemctl start {unit}")

    def kill_at_once(self, unit: str) -> None:
        """SIGKILL to every process of a unit in the same instant."""
        self.ask(f"echo 1 >/sys/fs/cgroup/system.slice/{unit}/cgroup.kill")

    # What a maintainer sees

    def property(self, unit: str, name: str) -> str:
        """A property of a unit, e.g. `StatusText`, which is its status line."""
        return self.ask(f"systemctl show --property={name} --value {unit}")

    def pid(self, unit: str = "boxd.service") -> int:
        """The unit's main process, in there."""
        return int(self.property(unit, "MainPID"))

    def status_line(self, unit: str = "boxd.service") -> str:
        """What `systemctl status` shows as its status."""
        return self.property(unit, "StatusText")

    def wait_for_status(self, begins: str, unit: str = "boxd.service") -> str:
        """Wait until the status line begins like that."""
        return str(
            wait_until(
                f"{unit} says '{begins}'",
                lambda: (line := self.status_line(unit)).startswith(begins) and line,
                SOON_S,
            )
        )

    def wait(self, what: str, holds: Callable[[], Any]) -> Any:
        """Wait until something holds."""
        return wait_until(what, holds, SOON_S)

    def journal(self, *match: str) -> list[Json]:
        """The journal's lines that match, with their fields."""
        told = self.ask(f"journalctl --output=json --no-pager {' '.join(match)}")
        return [json.loads(line) for line in told.splitlines()]

    def messages(self, *match: str) -> str:
        """The same as text, a line each."""
        return "\n".join(str(line.get("MESSAGE")) for line in self.journal(*match))

    def is_ready(self) -> bool:
        """Whether the box takes codes."""
        try:
            return self._socket().get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def snapshot(self) -> Json:
        """The HUD's snapshot."""
        shown: Json = self._socket().get("/snapshot").json()
        return shown

    def post(self, path: str, body: Json) -> Any:
        """Ask the box for something."""
        reply = self._socket().post(path, json=body)
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None

    def wait_until_ready(self) -> None:
        """Wait until the box takes codes."""
        self.wait("the box takes codes", self.is_ready)

    def _socket(self) -> httpx.Client:
        assert self._asked is not None, "not booted"
        return self._asked


def forget(folder: Path) -> None:
    """Remove what a test changed; pytest would keep it, and it is large."""
    shutil.rmtree(folder, ignore_errors=True)
