"""`make fleet`: three boxes in simulation and a hub on one machine, and a service between them.

`python -m boxd.sim.fleet FOLDER` keeps each box's configuration and data there; a second start goes
on with them. Ctrl-C stops everything.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from boxd.config.section_change import with_keys
from boxd.errors import BoxdError

_SHIPPED = Path(__file__).parents[2] / "config" / "sim.toml"
_EVENT = "fair"
_HALLS = ("Hall A", "Hall B", "Hall C")
_STARTS_WITHIN_S = 60.0
_STOPS_WITHIN_S = 20.0


@dataclass(frozen=True)
class Place:
    """A box of the fleet on this machine, number 0 is the event's service; ports from `base`."""

    folder: Path
    number: int
    base: int

    @property
    def config(self) -> Path:
        """Its configuration file."""
        return self.folder / f"{self.number or 'service'}.toml"

    @property
    def temporal_port(self) -> int:
        """Where its Temporal server answers."""
        return self.base + 20 + 10 * self.number

    @property
    def web_port(self) -> int:
        """Where its screen is."""
        return self.base + 10 + self.number

    def write_config(self) -> None:
        """Write the configuration, from the one that `make run` uses; an earlier one stays."""
        if self.config.exists():
            return
        text = _SHIPPED.read_text("utf-8")
        state = str(self.folder / f"{self.number or 'service'}")
        name = _HALLS[self.number - 1] if self.number else "The event's service"
        port = self.temporal_port
        text = with_keys(text, "web", {"port": self.web_port})
        text = with_keys(
            text, "box", {"id": f"box-{self.number}", "name": name, "state_dir": state}
        )
        ports = {"port": port, "ui_port": port + 1, "http_port": port + 2, "metrics_port": port + 3}
        text = with_keys(text, "temporal", ports)
        if self.number == 1:
            text = with_keys(text, "fleet", {"box_names": list(_HALLS)})
        self.config.write_text(text, "utf-8")

    def has_joined(self) -> bool:
        """Whether the box belongs to the event already."""
        fleet = tomllib.loads(self.config.read_text("utf-8")).get("fleet", {})
        return "event" in fleet


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the fleet until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m boxd.sim.fleet", description=__doc__)
    parser.add_argument("folder", type=Path, help="where configurations and data are kept")
    parser.add_argument("--port", type=int, default=4400, help="the hub's, others follow [4400]")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run(given.folder.resolve(), given.port)
    except KeyboardInterrupt:
        print("the fleet has stopped")
    except BoxdError as error:
        sys.exit(f"fleet: {error}")


def run(folder: Path, base: int) -> None:
    """Start the service, the boxes and the hub; returns when one of them has ended."""
    folder.mkdir(parents=True, exist_ok=True)
    service, *boxes = [Place(folder, number, base) for number in range(len(_HALLS) + 1)]
    for place in (service, *boxes):
        place.write_config()
    with ExitStack() as closing:
        started = [_started(closing, service, "temporal-server")]
        _wait_for(service.temporal_port, started)
        word = _joined(boxes, service)
        started += [_started(closing, box, "run") for box in boxes]
        invitation = folder / "invitation.txt"
        invitation.touch(mode=0o600)
        invitation.write_text(word, "utf-8")
        started.append(_started(closing, boxes[0], "hub", str(invitation), "--port", str(base)))
        for port in (*[box.web_port for box in boxes], base):
            _wait_for(port, started)
        print(_greeting(boxes, _printed_by_the_hub(boxes[0])), flush=True)
        while all(each.poll() is None for each in started):
            time.sleep(0.5)
    raise BoxdError(f"one of them ended by itself; see the .log files in {folder}")


def _joined(boxes: Sequence[Place], service: Place) -> str:
    """Let the first box begin the event and the others join it; returns the invitation's word."""
    if not boxes[0].has_joined():
        _boxd(boxes[0], "fleet", "begin", _EVENT, f"127.0.0.1:{service.temporal_port}")
    word = str(json.loads(_boxd(boxes[0], "fleet", "invite", "--json"))["token"])
    for box in boxes[1:]:
        if not box.has_joined():
            _boxd(box, "fleet", "join", word, "--number", str(box.number))
    return word


def _command(place: Place, *words: str) -> list[str]:
    return [sys.executable, "-m", "boxd", "--config", str(place.config), *words]


def _boxd(place: Place, *words: str) -> str:
    done = subprocess.run(_command(place, *words), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BoxdError(done.stderr.strip())
    return done.stdout


def _started(closing: ExitStack, place: Place, *words: str) -> subprocess.Popen[bytes]:
    log = place.folder / f"{words[0]}-{place.number}.log"
    with log.open("ab") as written:
        # In a group of its own: Ctrl-C is for this program, which stops them in order.
        process = subprocess.Popen(
            _command(place, *words), stdout=written, stderr=written, process_group=0
        )
    closing.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(port: int, started: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline and all(each.poll() is None for each in started):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BoxdError(f"nothing answers at port {port}; is another fleet running here?")


def _printed_by_the_hub(place: Place) -> str:
    """The address with the hub's key."""
    log = (place.folder / f"hub-{place.number}.log").read_text("utf-8")
    return str(re.findall(r"http://\S+\?key=\S+", log)[-1])


def _greeting(boxes: Sequence[Place], hub: str) -> str:
    rows = [
        f"  box {box.number}, {_HALLS[box.number - 1]:<8}   http://127.0.0.1:{box.web_port}/"
        f"   its front http://127.0.0.1:{box.web_port}/sim"
        for box in boxes
    ]
    return "\n".join(
        (
            "",
            "  three boxes of one event (simulation)",
            "",
            f"  the hub          {hub}",
            *rows,
            f"  a code           .venv/bin/boxd --config {boxes[0].config} codes issue somebody",
            "  then             type it at another box than the first; Ctrl-C stops everything",
            "",
        )
    )


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
