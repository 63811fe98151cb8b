"""Plays a scenario: each step is done at the booth's devices, or seen there, or typed over ssh."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from booth.devices import DeviceError, Devices
from booth.evidence import Folder
from booth.guest.layout import BAYS
from booth.machine import Machine, MachineError
from booth.power_on import bare_servers, measure
from booth.seen import Seen
from booth.sentences import Step
from booth.signs import Sign

LOOK_EVERY_S = 0.1
ASK_EVERY_S = 2.0  # each question is work for the emulated processor
SEEN_WITHIN_S = 1200.0  # an emulated processor on a busy computer; nobody waits for it in vain
READY_WITHIN_S = 3600.0

OPERATORS_BOARD = "operator"
READS_S = 1.5  # in the guest's time; what is pressed before somebody can have read it is not taken
NEWER_PACKAGE = "/root/newer.deb"


class StepError(Exception):
    """A step could not be done, or what it expects was not seen."""


class Player:
    """Plays steps in a machine. What somebody was promised and what was measured is kept.

    `newer` is a package of boxd with a higher version than the installed one.
    """

    def __init__(self, machine: Machine, folder: Folder, newer: Path | None) -> None:
        self._machine = machine
        self._folder = folder
        self._newer = newer
        machine.trace.touch()
        self._seen = Seen(machine.trace)
        self._devices: Devices | None = None
        self._codes: dict[str, str] = {}
        self._awaiting_verdict: set[str] = set()
        self._done_at = 0  # the trace's place when somebody last did something

    def switch_on(self) -> None:
        """Let the machine boot. Its devices get their power with it."""
        self._machine.boot()
        self._devices = Devices(self._machine.orders)

    def play(self, step: Step) -> None:
        """Do what a step says; raises StepError when it can't be done or seen."""
        try:
            getattr(self, step.does)(**step.arguments)
        except (MachineError, DeviceError) as error:
            raise StepError(str(error)) from error

    def close(self) -> None:
        """Leave the devices alone."""
        self._seen.close()
        if self._devices is not None:
            self._devices.close()

    # The organiser

    def bring(self, units: str, sku: str) -> None:
        """Bring prizes, and have them counted in."""
        row = f"{sku},{sku.capitalize()},{units},1"
        self.run(f"printf 'sku,name,units,weight\\n{row}\\n' >/run/prizes.csv")
        # A scenario may bring the same twice.
        self.run("boxd prizes import --again /run/prizes.csv")

    def issue(self, names: str, sku: str) -> None:
        """Make codes, which go by these names from now on."""
        known_as = names.split()
        asked = f"boxd codes issue attendee --sku {sku} --count {len(known_as)} --json"
        for name, code in zip(known_as, json.loads(self._ask(asked))["codes"], strict=True):
            self._codes[name] = str(code["code"])
            self._folder.acknowledge(what="code", id=code["id"])

    # Who stands in front

    def type(self, code: str, bay: str) -> None:
        """Type a code, by its name or its digits, and press Enter."""
        self._awaiting_verdict.add(bay)
        self._touch(BAYS[bay], *self._codes.get(code, code), "Enter")

    def press(self, key: str, bay: str) -> None:
        """Press one key."""
        self._touch(BAYS[bay], key)

    def shut(self, door: str) -> None:
        """Shut a door."""
        self._begin().shut(int(door))

    def operate(self, key: str) -> None:
        """Read what the HUD asks, then press one of the operator's keys."""
        begun = self._seen.now
        self._until(lambda: self._seen.now >= begun + READS_S)
        self._touch(OPERATORS_BOARD, key)

    # What people see

    def see(self, bay: str, sign: str) -> None:
        """Wait until a bay's lamps say something."""
        board = BAYS[bay]
        self._until(lambda: self._seen.sign(board) == sign, lambda: self._seen.sign(board))
        self._remember_verdict(bay, Sign(sign))

    def see_everywhere(self, sign: str) -> None:
        """Wait until the lamps of every bay say something."""

        def signs() -> dict[str, Sign]:
            return {bay: self._seen.sign(board) for bay, board in BAYS.items()}

        self._until(lambda: set(signs().values()) == {sign}, signs, READY_WITHIN_S)

    def see_lamp(self, bay: str, lamp: str) -> None:
        """Wait until a lamp has been lit since somebody last did something."""
        board = BAYS[bay]
        self._until(lambda: self._seen.has_lit(board, lamp, self._done_at))

    def see_open(self, door: str) -> None:
        """Wait until a door has opened since somebody last did something."""
        self._until(lambda: self._seen.has_opened(int(door), self._done_at))

    def see_pulse(self, locker: str) -> None:
        """Wait until a latch has been energised since somebody last did something."""
        self._until(lambda: self._seen.has_pulsed(int(locker), self._done_at))

    def count(self, locker: str, times: str) -> None:
        """Count how often a latch was energised since the beginning."""
        pulses = self._seen.pulses(int(locker))
        if pulses != int(times):
            raise StepError(f"it has pulsed {pulses} times")

    # Plugs and the strip

    def unplug(self, device: str) -> None:
        """Pull a plug."""
        self._begin().unplug(device)

    def plug(self, device: str) -> None:
        """Put a plug in."""
        self._begin().plug(device)

    def cut(self) -> None:
        """Cut the power."""
        if self._devices is not None:
            self._devices.close()
            self._devices = None
        self._machine.cut()
        self._seen.forget()

    # The maintainer

    def run(self, command: str) -> None:
        """Type a command, which must succeed."""
        self._done_at = self._seen.place
        self._ask(command)

    def until(self, command: str) -> None:
        """Type a command until it succeeds."""

        def succeeds() -> bool:
            asked = self._machine.run(command, self._folder.output)
            time.sleep(0 if asked == 0 else ASK_EVERY_S)
            return asked == 0

        self._until(succeeds, within_s=READY_WITHIN_S)

    def note(self, what: str, command: str) -> None:
        """Keep what a command says as a figure."""
        self._folder.figure(what, self._ask(command).strip())

    def note_power_on(self) -> None:
        """Keep how long everything took since the power came."""
        for what, figure in measure(self._machine, self._seen, BAYS):
            self._folder.figure(what, figure)

    def note_bare_server(self) -> None:
        """Keep how long a server without boxd takes."""
        for what, figure in bare_servers(self._machine):
            self._folder.figure(what, figure)

    def carry_away(self, path: str) -> None:
        """Take a folder with us, as on a stick."""
        self._machine.copy_out(path, self._folder.stick)

    def carry_back(self, path: str) -> None:
        """Put what we carried away into a folder."""
        names = [str(each.relative_to(self._folder.stick)) for each in self._folder.carried()]
        self._machine.copy_in(self._folder.stick, names, path)

    def fresh_disk(self) -> None:
        """Cut the power, and let the next start be from a disk as it came."""
        self.cut()
        self._machine.forget_disk()

    def bring_newer(self) -> None:
        """Put the newer package where a maintainer would."""
        if self._newer is None:
            raise StepError("no newer package was given")
        packing = Path(NEWER_PACKAGE)
        self._machine.copy_in(self._newer.parent, [self._newer.name], str(packing.parent))
        self._ask(f"mv {packing.parent / self._newer.name} {packing}")

    # How it is done

    def _ask(self, command: str) -> str:
        said = self._machine.ask(command)
        self._folder.output.write(f"$ {command}\n{said}".encode())
        return said

    def _touch(self, board: str, *keys: str) -> None:
        self._begin().type(board, *keys)

    def _begin(self) -> Devices:
        """Somebody does something to the devices: what is seen from now on follows from it."""
        if self._devices is None:
            raise StepError("the power is off")
        self._done_at = self._seen.place
        return self._devices

    def _remember_verdict(self, bay: str, sign: Sign) -> None:
        lamp = {Sign.LOAD: "success", Sign.REFUSED: "failure"}.get(sign)
        if lamp is not None and bay in self._awaiting_verdict:
            self._awaiting_verdict.remove(bay)
            self._folder.acknowledge(what="verdict", bay=bay, lamp=lamp)

    def _until(
        self,
        holds: Callable[[], bool],
        instead: Callable[[], object] = lambda: "nothing of it",
        within_s: float = SEEN_WITHIN_S,
    ) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > deadline:
                raise StepError(f"not within {within_s:.0f} s; what is seen: {instead()}")
            time.sleep(LOOK_EVERY_S)
