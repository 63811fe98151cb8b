"""The flow on Restate: `python -m bench.peers.restate_flow FOLDER SERVER`, its server's program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from socket import socket

from bench.peers.flow import Peer, serve

_THERE_WITHIN_S = 60.0


class Restate(Peer):
    """A server of its own and an application that it calls; both end with `made`."""

    def __init__(self, folder: Path, server: str, made: ExitStack) -> None:
        self._marks = Path(made.enter_context(tempfile.TemporaryDirectory()))
        ingress, admin, node, app = _free_ports(4)
        self._ingress = HTTPConnection("127.0.0.1", ingress, timeout=60)
        hypercorn = [sys.executable, "-m", "hypercorn", "-b", f"127.0.0.1:{app}"]
        paths = {"FACTS": str(folder), "MARKS": str(self._marks)}
        _spawn([*hypercorn, "bench.peers.restate_app:app"], paths, self._marks, made)
        settings = {
            "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
            "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
            "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
            "RESTATE_BASE_DIR": str(folder / "restate"),
            "RESTATE_DISABLE_TELEMETRY": "true",
        }
        _spawn([server, "--node-name", "bench"], settings, self._marks, made)
        administration = HTTPConnection("127.0.0.1", admin, timeout=60)
        deadline = time.monotonic() + _THERE_WITHIN_S
        while not _post(administration, "/deployments", {"uri": f"http://127.0.0.1:{app}"}):
            assert time.monotonic() < deadline, "Restate does not take the application"
            time.sleep(0.2)

    def begin(self, redemption: str) -> None:
        """Start the workflow."""
        assert _post(self._ingress, f"/redemption/{redemption}/run/send", redemption)

    def answer(self, redemption: str, kind: str) -> None:
        """Call its handler, without waiting for it."""
        assert _post(self._ingress, f"/redemption/{redemption}/answer/send", kind)

    def lamp_at(self) -> float:
        """When the newest verdict was there."""
        return self._moment("lamp")

    def unlock_at(self) -> float:
        """When the newest unlock went out."""
        return self._moment("unlock")

    def _moment(self, what: str) -> float:
        mark = self._marks / what
        return float(mark.read_text(encoding="ascii")) if mark.exists() else 0.0


def _free_ports(count: int) -> list[int]:
    taken = [socket() for _ in range(count)]
    for each in taken:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in taken]
    for each in taken:
        each.close()
    return ports


def _spawn(command: list[str], settings: dict[str, str], logs: Path, made: ExitStack) -> None:
    with (logs / f"{Path(command[0]).name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    made.callback(process.wait)
    made.callback(os.killpg, process.pid, signal.SIGKILL)  # hypercorn's worker is a child of it


def _post(to: HTTPConnection, path: str, body: object) -> bool:
    """Whether somebody is there and takes it; the connection is kept."""
    try:
        to.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        reply = to.getresponse()
        reply.read()
    except OSError:
        to.close()
        return False
    return reply.status < 300


if __name__ == "__main__":
    with ExitStack() as made:
        serve(Restate(Path(sys.argv[1]), sys.argv[2], made))
