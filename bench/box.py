"""A whole box of the bench's own: the daemon as a process, on private ports and a private folder.

It is a simulation's file as `make run` uses it, with other ports and enough prizes.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.trace import Trace, sent
from boxd.temporal.command import LOOPBACK
from boxd.temporal.ports import free_ports

ROOT = Path(__file__).parents[1]
READY = "f07d4001f7"  # the success lamp, steady
BOARDS = {"bay-1": "CodeTV Board 0", "bay-2": "CodeTV Board 1"}
LOCKERS = {"bay-1": 1, "bay-2": 3}
IDLE_S = 3.0
_SOCKET_WITHIN_S = 10.0
_SIMULATED = ("hardware-trace.jsonl", "simulated-hardware.json")


class Box:
    """One box in `folder`; nothing runs until `start`.

    In `beside` is what a real box does not write: simulated parts' trace, how their doors stand,
    and the log, which goes to the journal there.
    """

    def __init__(
        self, folder: Path, shipped: str = "sim.toml", *, beside: Path | None = None
    ) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._output = (beside or folder) / "output.txt"
        self.state = folder / "state"
        self.trace_file = self.state / "hardware-trace.jsonl"
        self._config = folder / "box.toml"
        self._process: subprocess.Popen[bytes] | None = None
        if beside is not None:
            self.state.mkdir(mode=0o700)
            for name in _SIMULATED:
                (self.state / name).symlink_to(beside / name)
        ports = free_ports(LOOPBACK, 5)
        self.port = ports[-1]
        self._config.write_text(_configuration(shipped, self.state, ports), encoding="utf-8")

    def start(self) -> float:
        """Start the daemon; returns when it was spawned, and does not wait."""
        with self._output.open("ab") as output:
            began = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "boxd", "--config", str(self._config), "run"],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name != "BOXD_CONFIG"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return began

    def start_and_wait(self) -> float:
        """Start it, and wait until both bays show ready; returns how long that took, in seconds.

        The simulated front, which is served after that, is there as well.
        """
        trace = Trace(self.trace_file)
        began = self.start()
        try:
            shown = [trace.wait(f"{bay} ready", sent(BOARDS[bay], READY), 60) for bay in BOARDS]
        finally:
            trace.close()
        with closing(Browser(self.port)) as browser:
            browser.wait_until_there()
        return float(max(record["t"] for record in shown)) - began

    def stop(self) -> None:
        """End it as systemd would."""
        self._running.terminate()
        self._running.wait(30)

    def kill(self) -> float:
        """SIGKILL to the daemon; returns when."""
        moment = time.monotonic()
        self._running.kill()
        self._running.wait()
        return moment

    def kill_server(self) -> float:
        """SIGKILL to its Temporal server; returns when."""
        pid = self.server_pid
        moment = time.monotonic()
        psutil.Process(pid).kill()
        return moment

    def close(self) -> None:
        """Leave nothing running."""
        if self._process is not None and self._process.poll() is None:
            self.stop()

    @property
    def pid(self) -> int:
        """The daemon's process."""
        return self._running.pid

    @property
    def server_pid(self) -> int:
        """Its Temporal server's process."""
        children = psutil.Process(self.pid).children(recursive=True)
        return int(next(child.pid for child in children if "start-dev" in child.cmdline()))

    def stock(self, sku: str, units: int) -> None:
        """Bring in so many more units of a prize."""
        prize = {"sku": sku, "name": sku.title(), "units": units, "weight": 1}
        self._command("/api/v1/prizes/import", {"prizes": [prize], "actor": "bench"})

    def issue_codes(self, count: int) -> list[str]:
        """So many fresh codes, and the prizes for them."""
        self.stock("mug", count)
        made: list[str] = []
        while len(made) < count:
            order = {"attendee": f"attendee-{len(made)}", "sku": "mug", "actor": "bench"}
            some = min(1000, count - len(made))
            codes = self._command("/api/v1/codes", {**order, "count": some})["codes"]
            made += [code["code"] for code in codes]
        return made

    def attendee_link(self, attendee: str) -> str:
        """The address of an attendee's page."""
        asked = {"attendees": [attendee], "actor": "bench"}
        return str(self._command("/api/v1/attendees/links", asked)["links"][0]["url"])

    def attendee_links(self, count: int) -> list[str]:
        """The addresses of so many attendees' pages."""
        made: list[str] = []
        while len(made) < count:
            names = [f"phone-{len(made) + number}" for number in range(min(500, count - len(made)))]
            asked = {"attendees": names, "actor": "bench"}
            links = self._command("/api/v1/attendees/links", asked)["links"]
            made += [str(each["url"]) for each in links]
        return made

    def wait_for_phones(self, within_s: float = 30) -> None:
        """Wait until phones are served, at the address that their links begin with."""
        url = self.attendee_link("attendee-0")
        deadline = time.monotonic() + within_s
        while True:
            try:
                httpx.get(url).raise_for_status()
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def invite(self, name: str, role: str) -> str:
        """The address of an invitation for somebody of the staff."""
        asked = {"name": name, "role": role, "actor": "bench"}
        return str(self._command("/api/v1/staff", asked)["url"])

    def begin_task(self, kind: str, attendee: str) -> None:
        """Begin an attendee's task."""
        self._command("/api/v1/tasks", {"kind": kind, "attendee": attendee, "actor": "bench"})

    def rewarded(self) -> int:
        """How many tasks have ended with a code."""
        with closing(sqlite3.connect(self.state / "ledger.db")) as ledger:
            found = ledger.execute("SELECT count(*) FROM tasks WHERE state = 'rewarded'")
            return int(found.fetchone()[0])

    def try_upstream(self) -> None:
        """Have it deliver at once what waits for upstream."""
        self._command("/api/v1/outbox/resend", {"actor": "bench"})

    def _command(self, path: str, body: dict[str, Any]) -> Any:
        """Ask as a command does; the lamps are lit before the socket is there."""
        deadline = time.monotonic() + _SOCKET_WITHIN_S
        while not (self.state / "boxd.sock").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        transport = httpx.HTTPTransport(uds=str(self.state / "boxd.sock"))
        with httpx.Client(transport=transport, base_url="http://localhost", timeout=120) as client:
            return client.post(path, json=body).raise_for_status().json()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the box was not started"
        return self._process


class Browser:
    """One kept connection to a box's HTTP port, as a browser has; for one thread."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._heard = time.monotonic()

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of a POST."""
        self._leave_idle_connection()
        headers = {"Content-Type": "application/json", "Origin": self._origin}
        self._connection.request("POST", path, json.dumps(body).encode(), headers)
        return self._answer()

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET."""
        self._leave_idle_connection()
        self._connection.request("GET", path)
        return self._answer()

    def wait_until_there(self, within_s: float = 120) -> None:
        """Wait until somebody answers; a box that is being killed may still take a connection."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                self.get("/healthz")
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                self._connection.close()
                time.sleep(0.005)
            else:
                return

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _answer(self) -> tuple[int, Any]:
        response = self._connection.getresponse()
        body = response.read()
        self._heard = time.monotonic()
        return response.status, json.loads(body)

    def _leave_idle_connection(self) -> None:
        """The box hangs up on who is silent for five seconds; a browser dials again by then."""
        if time.monotonic() - self._heard > IDLE_S:
            self._connection.close()


def _configuration(shipped: str, state: Path, ports: list[int]) -> str:
    text = (ROOT / "config" / shipped).read_text(encoding="utf-8")
    grpc, ui, http_api, metrics, web = ports
    text = _set(text, "box", "state_dir", f'"{state}"')
    for name, port in (("port", grpc), ("ui_port", ui), ("http_port", http_api)):
        text = _set(text, "temporal", name, str(port))
    text = _set(text, "temporal", "metrics_port", str(metrics))
    return _set(text, "web", "port", str(web))


def _set(text: str, section: str, key: str, value: str) -> str:
    head, mark, rest = text.partition(f"\n[{section}]")
    rest, changed = re.subn(rf"(?<=\n)#? *{key} *=.*", f"{key} = {value}", rest, count=1)
    assert mark, f"no section [{section}] in that file"
    assert changed, f"no {section}.{key} in that file"
    return head + mark + rest
