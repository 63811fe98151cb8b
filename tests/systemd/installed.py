"""A box as it is installed, in a Debian with a real systemd of its own."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from booth.container import Container
from tests.box.booth import wait_until

SOON_S = 60.0
Json = dict[str, Any]


class InstalledBox(Container):
    """The box's services, started, broken and looked at as a maintainer would."""

    def boot(self) -> None:
        """Boot, and see that the user is there, as the package's installation does."""
        super().boot()
        self.ask(
            "systemd-sysusers && chown root:boxd /etc/boxd/boxd.toml && systemctl daemon-reload"
        )

    # What a maintainer does

    def configure(self, pattern: str, line: str) -> None:
        """Change a line of the configuration."""
        file = self.files / "etc/boxd/boxd.toml"
        text, changed = re.subn(pattern, line, file.read_text(encoding="utf-8"), count=1)
        assert changed, f"no line like {pattern!r}"
        file.write_text(text, encoding="utf-8")

    def override(self, unit: str, *lines: str) -> None:
        """Add settings to a unit's [Service], as `systemctl edit` does."""
        file = self.files / f"etc/systemd/system/{unit}.d/test.conf"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as settings:
            settings.write("\n".join(["[Service]", *lines, ""]))
        self.ask("systemctl daemon-reload")

    def start(self, unit: str = "boxd.target") -> None:
        """Start a unit, and wait until systemd says that it is started."""
        self.ask(f"systemctl start {unit}")

    def freeze(self, unit: str, stands_still: bool) -> None:
        """Stop every process of a unit where it is, or let them go on."""
        group = self.group / "system.slice" / unit
        (group / "cgroup.freeze").write_text(str(int(stands_still)))
        told = f"frozen {int(stands_still)}"
        self.wait(told, lambda: told in (group / "cgroup.events").read_text())

    def kill_frozen(self, unit: str) -> None:
        """SIGKILL to every process of a frozen unit: none runs on to see another one die."""
        group = self.group / "system.slice" / unit
        (group / "cgroup.kill").write_text("1")
        (group / "cgroup.freeze").write_text("0")  # what systemd starts in there is to run

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
            return self._ask_boxd("GET", "/readyz")[0] == HTTPStatus.OK
        except OSError:
            return False

    def snapshot(self) -> Json:
        """The HUD's snapshot."""
        status, told = self._ask_boxd("GET", "/snapshot")
        assert status == HTTPStatus.OK, told
        shown: Json = json.loads(told)
        return shown

    def post(self, path: str, body: Json) -> Any:
        """Ask the box for something."""
        status, told = self._ask_boxd("POST", path, json.dumps(body))
        assert status < HTTPStatus.BAD_REQUEST, told
        return json.loads(told) if told else None

    def wait_until_ready(self) -> None:
        """Wait until the box takes codes."""
        self.wait("the box takes codes", self.is_ready)

    def _ask_boxd(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Ask over the commands' socket, which leads into the container by its path."""
        with closing(_SocketConnection(self.files / "run/boxd/boxd.sock")) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()


class _SocketConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
