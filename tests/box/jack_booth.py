"""A booth whose hardware outlives the daemon: boards as programs of their own on a JACK server."""

from __future__ import annotations

import os
import time
from pathlib import Path

from boxd.sim.hardware_trace import Trace
from tests.box.booth import Booth, Json, wait_until
from tests.box.preloaded import preloaded

ENDS_WITHIN_S = 30.0
FRONT, INSIDE = "CodeTV Board 0", "CodeTV Board 1"
PAD = "Door Pad"
BOARD_OF_LOCKER = {1: FRONT, 2: INSIDE}

# One bay in front, the operator's keys inside. Locker 1 has no door switch, locker 2 has one.
HARDWARE = """
[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[devices]]
kind = "codetv"
name = "board-1"
port = "CodeTV Board 1"

[[devices]]
kind = "notes"
name = "door-pad"
port = "Door Pad"
doors = { door-1 = 60 }
ask_state = { control = 119 }

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"
buzzer = "board-0"

[[lockers]]
id = 1
bay = "bay-1"
latch = "board-0"

[[lockers]]
id = 2
bay = "bay-1"
latch = "board-1"
door = "door-pad.door-1"

[operator]
keypad = "board-1"
"""


class Unit:
    """A piece of hardware as a process, and the hand that touches it."""

    def __init__(self, product: str, trace: Path, words: list[str]) -> None:
        self.product = product
        self._trace = trace
        hands, self._hand = os.pipe()
        with Path(os.devnull).open("wb") as nothing:
            files = (hands, nothing.fileno(), 2)
            self._process = preloaded().start(words, os.environ, files)
        os.close(hands)

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def say(self, *lines: str) -> None:
        """Do what a person does, one line after the other."""
        os.write(self._hand, "".join(f"{line}\n" for line in lines).encode())

    def pull(self) -> None:
        """Pull its plug so that the MIDI system is told."""
        os.close(self._hand)
        self._process.wait(ENDS_WITHIN_S)

    def kill(self) -> None:
        """End it so that nobody is told; the trace is, for the checker."""
        self._process.kill()
        self._process.wait(ENDS_WITHIN_S)
        os.close(self._hand)
        record = Trace(self._trace)
        record.write("unplugged", self.product)
        record.close()


class JackBooth(Booth):
    """A box with real MIDI ports, whose hardware comes and goes without the daemon."""

    def __init__(self, folder: Path, made_before: Path) -> None:
        super().__init__(folder, made_before=made_before)
        text = self.config.read_text(encoding="utf-8")
        for old, new in (
            ('backend = "simulation"', 'backend = "jack"'),
            ("[simulation]\n", "[simulation]\nenabled = false\n#"),
            ("# refused_shows_s = 3", "refused_shows_s = 0.4"),
        ):
            assert old in text, f"config/sim.toml has no {old!r}"
            text = text.replace(old, new)
        text = text.replace("\nenabled = true\n", "\n")
        self.config.write_text(text.partition("# --- Devices")[0] + HARDWARE, encoding="utf-8")
        self.trace_file = self.state / "hardware-trace.jsonl"
        self.units: dict[str, Unit] = {}
        self._all: list[Unit] = []

    # The hardware

    def plug(self, *products: str) -> None:
        """Plug boards or the pad in, and wait until they are there."""
        self.trace_file.parent.mkdir(exist_ok=True)
        before = self._times_plugged()
        for product in products:
            self.units[product] = self._start_unit(product)
        wait_until("plugged", lambda: self._times_plugged() == before + len(products))

    def plug_twin(self, product: str, trace: Path) -> Unit:
        """Plug in another board that calls itself the same; it has a trace of its own."""
        twin = self._start_unit(product, trace)
        wait_until("plugged", lambda: trace.exists() and b"plugged" in trace.read_bytes())
        return twin

    def _start_unit(self, product: str, trace: Path | None = None) -> Unit:
        file = trace or self.trace_file
        if product == PAD:
            words = ["tests.box.door_pad", f"{self.config}", f"{file}"]
        else:
            words = ["boxd", "sim-board", product[-1], "--backend", "jack", "--trace", f"{file}"]
        unit = Unit(product, file, words)
        self._all.append(unit)
        return unit

    def _times_plugged(self) -> int:
        return sum(event["what"] == "plugged" for event in self.trace())

    def trace(self) -> list[Json]:
        """What the hardware saw."""
        return super().trace() if self.trace_file.exists() else []

    def seen(self, what: str, product: str, since: float = 0.0) -> list[Json]:
        """What one piece of hardware saw of one sort, from a moment on."""
        wanted = (what, product)
        return [e for e in self.trace() if (e["what"], e["device"]) == wanted and e["t"] >= since]

    def lit(self, product: str) -> set[str]:
        """The lamps of a board that are lit now."""
        lit: set[str] = set()
        for event in self.trace():
            if event["device"] == product and event["what"] == "power":
                lit.clear()
            elif event["device"] == product and event["what"] == "lamp":
                (lit.add if event["lit"] else lit.discard)(event["lamp"])
        return lit

    def wait_for_light(self, *lamps: str) -> None:
        """Wait until just these lamps of the bay are lit."""
        wait_until(f"{lamps} lit", lambda: self.lit(FRONT) == set(lamps))

    def pulses(self, locker: int) -> int:
        """How often a locker's latch was pulsed, ever."""
        return sum(event["level"] for event in self.seen("latch", BOARD_OF_LOCKER[locker]))

    # What a person does

    def type_keys(self, bay: str, *keys: str) -> None:
        """Press keys at the front."""
        assert bay == "bay-1"
        self.units[FRONT].say(*(f"tap {key}" for key in keys))

    def press_operator(self, *keys: str) -> None:
        """Press the operator's physical keys."""
        self.units[INSIDE].say(*(f"tap {key}" for key in keys))

    def door(self, locker: int, state: str) -> None:
        """Shut a door, or pull it open; a door without a switch is nobody's business."""
        if locker == 2:
            self.units[PAD].say(f"{'close' if state == 'closed' else 'open'} {locker}")

    # What a person sees

    def device(self, name: str) -> Json:
        """A device as the HUD shows it."""
        return next(each for each in self.snapshot()["devices"] if each["name"] == name)

    def wait_for_device(self, name: str, state: str, within_s: float = 20.0) -> Json:
        """Wait until a device is in a state."""
        found: Json = wait_until(
            f"{name} is {state}",
            lambda: (d := self.device(name))["state"] == state and d,
            within_s,
        )
        return found

    def stock_up(self) -> None:
        """Bring prizes, as a real box gets them."""
        mugs = {"sku": "mug", "name": "Mug", "units": 20, "weight": 1}
        self.ask_socket("POST", "/api/v1/prizes/import", {"prizes": [mugs], "actor": "test"})

    def close(self) -> None:
        """Leave nothing running: the daemon first, so that no port goes away under it.

        One that does not stop, as if libjack hung, is killed, and the test has failed.
        """
        try:
            if self.is_running():
                self.stop(ENDS_WITHIN_S)
        finally:
            super().close()
            for unit in self._all:
                if unit.is_running:
                    unit.pull()


def moment() -> float:
    """Now, on the trace's clock."""
    return time.monotonic()
