"""What is done with the answers, step by step; a cut anywhere leaves a card that asks again."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from boxd.config.reading import load
from boxd.errors import BoxdError
from boxd.set_up.choices import Choices
from boxd.set_up.configuration import configured
from boxd.set_up.found import find_devices
from boxd.set_up.machine import Machine, run
from boxd.words import N_

log = structlog.get_logger(__name__)

MANUAL = "/opt/boxd/current/share/boxd.toml"
CONFIG = "etc/boxd/boxd.toml"
WANTED = "etc/boxd/set-up"  # as long as it is there the card starts with the set-up page
_ANSWERS_WITHIN_S = 600.0  # an emulated machine took 200 s, a Pi takes 20
_TEST_WITHIN_S = 300.0

_Step = tuple[str, Callable[[], None]]


@dataclass
class SetUpProgress:
    """How far it is: the steps that are done, what went wrong, and what the box says of itself.

    `findings` are the doctor's: a text and its remedy. `invitation` is the organiser's address.
    """

    choices: Choices
    done: list[str] = field(default_factory=list)
    doing: str = ""
    why: str = ""
    findings: list[tuple[str, str]] = field(default_factory=list)
    invitation: str = ""
    is_over: bool = False


class SetUpCourse:
    """Does the steps, one at a time. `command` runs boxd's own commands.

    `leave_screen` frees the address of the operator's screen, for the box that starts.
    """

    def __init__(
        self, machine: Machine, leave_screen: Callable[[], None], command: Callable[..., str] = run
    ) -> None:
        self._machine = machine
        self._leave_screen = leave_screen
        self._command = command

    def go(self, outcome: SetUpProgress, now_s: float) -> None:
        """Do everything; what goes wrong is in the outcome, and the answers can be sent again."""
        try:
            for step, work in self._steps(outcome, now_s):
                outcome.doing = step
                work()
                outcome.done.append(step)
        except (BoxdError, OSError, ValueError) as error:
            log.exception("set_up.failed", step=outcome.doing)
            outcome.why = str(error)
        outcome.doing = ""
        outcome.is_over = True

    def _steps(
        self, outcome: SetUpProgress, now_s: float
    ) -> Iterator[tuple[str, Callable[[], None]]]:
        machine, choices = self._machine, outcome.choices
        yield N_("Clock and time zone"), lambda: self._set_time(choices, now_s)
        yield N_("Keyboard"), lambda: machine.set_keyboard(choices)
        yield N_("Name on the network"), machine.set_name
        yield N_("Network"), lambda: machine.keep_network(choices)
        yield N_("Configuration"), lambda: self._configure(choices)
        yield N_("The box starts"), self._start
        yield N_("Self-test"), lambda: self._test(outcome)
        yield N_("The organiser's invitation"), lambda: self._invite(outcome)

    def _set_time(self, choices: Choices, now_s: float) -> None:
        self._machine.set_clock(now_s)
        self._machine.set_zone(choices)

    def _configure(self, choices: Choices) -> None:
        text = configured(choices, find_devices(), self._machine.box_id, MANUAL)
        aside = f"{CONFIG}.new"
        self._machine.write(aside, text, 0o640)
        file = self._machine.root / aside
        load(file)  # raises ConfigError: what stands there now stays
        if self._machine.root == Path("/"):
            shutil.chown(file, "root", "boxd")
        file.replace(self._machine.root / CONFIG)

    def _start(self) -> None:
        """From here on the card starts as a box, whatever becomes of this page."""
        (self._machine.root / WANTED).unlink(missing_ok=True)
        self._leave_screen()
        self._command("systemctl", "restart", "--no-block", "boxd.target")
        deadline = time.monotonic() + _ANSWERS_WITHIN_S
        while True:
            try:
                self._command("boxd", "status", "--json")
            except BoxdError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
            else:
                return

    def _test(self, outcome: SetUpProgress) -> None:
        said = self._command("sh", "-c", "boxd doctor --json || true", within_s=_TEST_WITHIN_S)
        told = _read("boxd doctor", said)
        outcome.findings = [
            (each["seen"], each["remedy"].partition("\n")[0])
            for each in told["checks"]
            if each["grade"] in ("failed", "warned")
        ]

    def _invite(self, outcome: SetUpProgress) -> None:
        name = outcome.choices.organiser
        said = self._command("boxd", "staff", "invite", name, "--role", "organiser", "--json")
        outcome.invitation = _read("boxd staff invite", said)["url"]


def _read(command: str, said: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(said)
    except ValueError:
        raise BoxdError(
            f"'{command}' gave no answer that can be read; send the answers again"
        ) from None
    return told
