"""A whole booth on this machine: the daemon as a process, its simulated front, its commands.

Everything goes in by keys, doors, HTTP or commands, and is seen on lamps, the HUD's snapshot and
the hardware trace. The only thing that is not as in life is the solenoid.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil

from checker import check
from tests.box.preloaded import Program, preloaded
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]
# Deadlines, not paces: a machine with other things to do may take long.
START_S = 120.0
SOON_S = 60.0
TYPED_WITHIN_S = 10.0
# Between two looks: to look without a pause would take the computing time from what is awaited.
# What is shown for a moment alone, a refusal, is shown for 0.4 s.
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.1
PAUSE_OF_WAITED = 0.08


def wait_until(
    what: str,
    holds: Callable[[], Any],
    within_s: float = SOON_S,
    longest_pause_s: float = LONGEST_PAUSE_S,
) -> Any:
    """The first true value of `holds()`; fails with `what` when none comes in time."""
    begun = time.monotonic()
    value, waited_s = None, 0.0
    while waited_s < within_s:
        value = holds()
        if value:
            return value
        waited_s = time.monotonic() - begun
        time.sleep(min(longest_pause_s, max(SHORTEST_PAUSE_S, waited_s * PAUSE_OF_WAITED)))
    raise AssertionError(f"not within {within_s} s: {what}; last seen: {value!r}")


class Booth:
    """One box in a folder of its own; `settings` replaces lines of a simulation's file.

    `launcher` are the words before the command that starts it.
    """

    def __init__(
        self,
        folder: Path,
        settings: Sequence[tuple[str, str]] = (),
        made_before: Path | None = None,
        shipped: str = "sim.toml",
        launcher: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self._launcher = launcher
        folder.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        self.config = folder / "box.toml"
        self.output = folder / "output.txt"
        self._acknowledged = folder / "acknowledged.jsonl"
        self._process: subprocess.Popen[bytes] | Program | None = None
        self.temporal_port, ui, http, self.metrics_port, self.port = free_ports(5)
        text = (ROOT / "config" / shipped).read_text(encoding="utf-8")
        for pattern, line in (
            (r"state_dir *=.*", f'state_dir = "{self.state}"'),
            (r"(?<=\n)#? *ui_port *=.*", f"ui_port = {ui}"),
            (r"(?<=\n)#? *http_port *=.*", f"http_port = {http}"),
            (r"(?<=\n)#? *metrics_port *=.*", f"metrics_port = {self.metrics_port}"),
            *settings,
        ):
            text, changed = re.subn(pattern, line, text, count=1)
            assert changed, f"config/{shipped} has no line like {pattern!r}"
        text = _set_port(text, "temporal", self.temporal_port)
        self.config.write_text(_set_port(text, "web", self.port), encoding="utf-8")
        if made_before is not None:
            shutil.copytree(made_before, self.state / "temporal")
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        transport = httpx.HTTPTransport(uds=str(self.state / "boxd.sock"))
        self._socket = httpx.Client(transport=transport, base_url="http://localhost", timeout=20)

    # Power

    def start(self, until_ready: bool = True, dying_at: str = "") -> None:
        """Start the daemon, and wait until it takes codes; `dying_at`: see tests/box/dying.py."""
        program = ("tests.box.dying", dying_at) if dying_at else ("boxd",)
        environment = {key: value for key, value in os.environ.items() if key != "BOXD_CONFIG"}
        words = [*program, "--config", str(self.config), "run"]
        with self.output.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            if self._launcher:
                self._process = subprocess.Popen(
                    [*self._launcher, sys.executable, "-m", *words],
                    cwd=ROOT,
                    env=environment,
                    stdin=nothing,
                    stdout=output,
                    stderr=output,
                )
            else:
                files = (nothing.fileno(), output.fileno(), output.fileno())
                self._process = preloaded().start(words, environment, files)
        if until_ready:
            wait_until("ready, or ended", lambda: self.is_ready() or not self.is_running(), START_S)
            assert self.is_running(), f"boxd ended at its start: {self.log()[-2000:]}"

    @property
    def pid(self) -> int:
        """The daemon's process."""
        assert self._process is not None
        return self._process.pid

    def is_ready(self) -> bool:
        """Whether the box takes codes."""
        try:
            return self.http.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def is_running(self) -> bool:
        """Whether the daemon's process is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL to the daemon, as a power cut would end it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        wait_until("no server left behind", lambda: not self._leftovers())

    def wait_for_death(self) -> None:
        """Wait until the daemon has ended by itself."""
        wait_until("the daemon died", lambda: not self.is_running())
        wait_until("no server left behind", lambda: not self._leftovers())

    def stop(self, within_s: float = START_S) -> int:
        """SIGTERM to the daemon; returns its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(within_s)

    def kill_server(self) -> None:
        """SIGKILL to the Temporal server."""
        for process in self._servers():
            process.kill()

    def has_server(self) -> bool:
        """Whether the Temporal server's process is there."""
        return bool(self._servers())

    def hang_server(self) -> Callable[[], None]:
        """Let the Temporal server stand still; returns what lets it go on, if it is there still."""
        stopped = self._servers()
        for process in stopped:
            process.suspend()

        def go_on() -> None:
            for process in stopped:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()

        return go_on

    def delete_temporal_database(self) -> None:
        """Lose Temporal's files, between two starts."""
        shutil.rmtree(self.state / "temporal")

    def close(self) -> None:
        """Leave nothing running."""
        self.http.close()
        self._socket.close()
        if self.is_running():
            self.kill()

    def _servers(self) -> list[psutil.Process]:
        assert self._process is not None
        try:
            children = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [each for each in children if "start-dev" in each.cmdline()]

    def _leftovers(self) -> list[int]:
        here = str(self.state)
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = process.info["cmdline"] or []
            if "start-dev" in line and any(here in word for word in line):
                found.append(process.pid)
        return found

    # What a person does

    def issue_code(self, sku: str | None = "mug", **more: Any) -> str:
        """A fresh code, from the organiser's command."""
        body = {"attendee": "attendee", "sku": sku, "actor": "organiser"} | more
        made = self.ask_socket("POST", "/api/v1/codes", body)["codes"][0]
        self.acknowledge(what="code", id=made["id"])
        return str(made["code"])

    def type_keys(self, bay: str, *keys: str) -> None:
        """Press keys at the front."""
        asked = self.http.post(f"/sim/api/bays/{bay}/keys", json={"keys": list(keys)})
        asked.raise_for_status()

    def enter(self, bay: str, code: str) -> None:
        """Type a code and press Enter; as a person does, again if the box did not take it.

        A bay that takes no code now shows no digits, and is not asked for them.
        """
        self._type_until(bay, len(code), *code)
        self._type_until(bay, 0, "Enter")

    def _type_until(self, bay: str, digits: int, *keys: str) -> None:
        """Press keys, and again if not so many digits stand there then: a busy box missed one."""

        def stand_there() -> bool:
            shown = self.bay(bay)
            return bool(shown["state"] != "ready" or shown["typed"] == digits)

        for _attempt in range(3):
            self.type_keys(bay, *keys)
            try:
                wait_until("typed", stand_there, TYPED_WITHIN_S)
            except AssertionError:
                if digits:
                    self.type_keys(bay, "Cancel")
            except httpx.TransportError:  # it was killed by what was typed
                return
            else:
                return

    def press_operator(self, *keys: str) -> None:
        """Press the operator's physical keys."""
        self.http.post("/sim/api/operator/keys", json={"keys": list(keys)}).raise_for_status()

    def door(self, locker: int, state: str) -> None:
        """Shut a door, or pull it open."""
        asked = self.http.post(f"/sim/api/lockers/{locker}/door", json={"state": state})
        asked.raise_for_status()

    def fault(self, device: str, fault: str, **more: str) -> None:
        """Break or mend a piece of the simulated hardware."""
        asked = self.http.post("/sim/api/faults", json={"device": device, "fault": fault} | more)
        asked.raise_for_status()

    def answer(
        self, prompt: Json, kind: str, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Answer a prompt as the HUD does; an accepted answer is remembered as acknowledged."""
        key = key or f"answer-{time.monotonic_ns()}"
        reply = self.http.post(
            f"/api/v1/redemptions/{prompt['redemption']}/{kind}",
            json={"step": prompt["step"]} | more,
            headers={"Idempotency-Key": key, "Origin": str(self.http.base_url)},
        )
        if reply.is_success:
            self.acknowledge(what="answer", redemption=prompt["redemption"], id=key, kind=kind)
        return reply

    def say(self, prompt: Json, kind: str, **more: Any) -> None:
        """Answer a prompt and expect that it is accepted."""
        reply = self.answer(prompt, kind, **more)
        assert reply.is_success, reply.text

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a boxd command against this box, with more variables in its environment."""
        line = ["boxd", "--config", str(self.config), *words]
        if not environment:
            return preloaded().run(line, START_S)
        return subprocess.run(
            [sys.executable, "-m", *line],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )

    def ask_socket(self, method: str, path: str, body: Json | None = None) -> Any:
        """Ask over the commands' socket."""
        reply = self._socket.request(method, path, json=body)
        assert reply.is_success, reply.text
        return reply.json()

    # What a person sees

    def snapshot(self) -> Json:
        """The HUD's snapshot."""
        shown: Json = self.http.get("/snapshot").json()
        return shown

    def front(self) -> Json:
        """The simulated front."""
        state: Json = self.http.get("/sim/api/state").json()
        return state

    def prompt(self, stage: str, bay: str = "bay-1") -> Json:
        """Wait for the prompt of a stage at a bay."""
        found: Json = wait_until(
            f"a prompt at stage {stage} for {bay}",
            lambda: next(
                (p for p in self.snapshot()["prompts"] if (p["stage"], p["bay"]) == (stage, bay)),
                None,
            ),
        )
        return found

    def bay(self, bay: str) -> Json:
        """A bay as the HUD shows it."""
        return next(each for each in self.snapshot()["bays"] if each["id"] == bay)

    def wait_for_bay(self, bay: str, state: str) -> Json:
        """Wait until a bay is in a state."""
        found: Json = wait_until(
            f"{bay} is {state}", lambda: (b := self.bay(bay))["state"] == state and b
        )
        return found

    def stock(self, sku: str) -> Json:
        """A prize's stock as the HUD shows it."""
        return next(each for each in self.snapshot()["stock"] if each["sku"] == sku)

    def ended(self, bay: str = "bay-1") -> Json:
        """Wait until a bay has no prompt any more; returns its view."""
        wait_until(
            f"no prompt for {bay}",
            lambda: all(prompt["bay"] != bay for prompt in self.snapshot()["prompts"]),
        )
        return self.bay(bay)

    def pulses(self, locker: int) -> int:
        """How often a locker's latch was pulsed, ever."""
        return int(self.front()["lockers"][str(locker)]["pulses"])

    def trace(self) -> list[Json]:
        """What the hardware saw."""
        lines = (self.state / "hardware-trace.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def log(self) -> str:
        """What the daemon printed."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    # Whether everything held

    def acknowledge(self, **what: Any) -> None:
        """Remember what the box acknowledged: it must survive everything."""
        with self._acknowledged.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(what) + "\n")

    def check_invariants(self) -> None:
        """Let the independent checker look at ledger, trace, acknowledgements and HUD."""
        shown = self.snapshot() if self.is_running() and self.is_ready() else None
        known = self._acknowledged if self._acknowledged.exists() else None
        findings = check(
            self.state / "ledger.db", self.state / "hardware-trace.jsonl", known, shown
        )
        assert not findings, "\n".join(str(finding) for finding in findings)


def _set_port(text: str, section: str, port: int) -> str:
    """Set the key `port` of a section."""
    head, mark, rest = text.partition(f"\n[{section}]")
    assert mark, f"config/sim.toml has no section [{section}]"
    rest, changed = re.subn(r"(?<=\n)#? *port *=.*", f"port = {port}", rest, count=1)
    assert changed, f"config/sim.toml has no port in [{section}]"
    return head + mark + rest
