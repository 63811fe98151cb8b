"""`replay --debug` stops in a debugger where a turn begins; without debugpy it says what to do."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from boxd.cli.replaying import debugger
from boxd.errors import BoxdError
from tests.box.booth import ROOT, wait_until
from tests.ports import free_ports

DISPENSED = ROOT / "tests" / "histories" / "dispensed.json"
CONFIG = ROOT / "config" / "sim.toml"
Json = dict[str, Any]
SECOND_TURN = 15  # its last event


class Debugger:
    """A debugger as an editor has one: it speaks the Debug Adapter Protocol."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._stream = self._socket.makefile("rwb")
        self._number = 0

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def send(self, command: str, **arguments: object) -> None:
        self._number += 1
        said = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        content = json.dumps(said).encode()
        self._stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._stream.flush()

    def until(self, holds: Callable[[Json], bool]) -> Json:
        """The first message for which this holds."""
        while True:
            length = 0
            while line := self._stream.readline().strip():
                length = int(line.rpartition(b":")[2])
            message: Json = json.loads(self._stream.read(length))
            if holds(message):
                return message

    def stopped(self) -> list[str]:
        """Wait until the program stops; the names of the functions it is in, innermost first."""
        thread = self.until(lambda each: each.get("event") == "stopped")["body"]["threadId"]
        self.send("stackTrace", threadId=thread)
        answer = self.until(lambda each: each.get("command") == "stackTrace")
        self.send("continue", threadId=thread)
        return [frame["name"] for frame in answer["body"]["stackFrames"]]


def connected(port: int) -> Debugger:
    """A debugger at the port, once somebody listens there."""
    found: list[Debugger] = []

    def tried() -> bool:
        try:
            found.append(Debugger(port))
        except ConnectionRefusedError:
            return False
        return True

    wait_until("it listens", tried, 60)
    return found[0]


def test_it_stops_where_the_turn_begins_and_then_says_what_happened_in_it() -> None:
    (port,) = free_ports(1)
    words = ("redemptions", "replay", "x", "--file", str(DISPENSED), "--debug", str(SECOND_TURN))
    command = (sys.executable, "-m", "boxd", "--config", str(CONFIG), *words)
    with subprocess.Popen(
        (*command, "--debug-port", str(port)),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        editor = connected(port)
        editor.send("initialize", adapterID="test", pathFormat="path")
        editor.send("attach", justMyCode=True)
        editor.until(lambda each: each.get("event") == "initialized")
        editor.send("configurationDone")
        assert editor.stopped()[0].endswith("stopping")
        editor.until(lambda each: each.get("event") == "terminated")
        editor.close()
        said, _ = running.communicate(timeout=60)
    assert f"after event {SECOND_TURN}: " in said
    assert "(answer)" in said


def test_without_debugpy_it_says_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "debugpy", None)
    with pytest.raises(BoxdError, match="from a checkout after"):
        debugger(5678)
