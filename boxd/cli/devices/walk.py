"""The steps of a person's test of one device; each step adds rows to the report."""

from __future__ import annotations

from typing import Any

from boxd.cli import daemon
from boxd.cli.devices.report import FAILED, PASSED, SKIPPED, Report
from boxd.cli.devices.tester import Tester, TesterAnswer
from boxd.devices import part_named
from boxd.errors import Refused

Json = dict[str, Any]

BEEP_MS = 400
KEY_WITHIN_S = 20.0
OPENS_WITHIN_S = 5.0
DOOR_WITHIN_S = 60.0
REASON = "devices test"

_RESULTS = {TesterAnswer.YES: PASSED, TesterAnswer.NO: FAILED, TesterAnswer.SKIP: SKIPPED}


class Walk:
    """Goes through devices, one after the other. `quick` only reads the doors' states.

    With `restarts` each touch sensor may be restarted, else only one whose keys were not heard.
    """

    def __init__(
        self,
        tester: Tester,
        snapshot: Json,
        report: Report,
        actor: str,
        *,
        quick: bool,
        restarts: bool,
    ) -> None:
        self._tester = tester
        self._report = report
        self._actor = actor
        self._quick = quick
        self._restarts = restarts
        self._taken = {locker["id"] for locker in snapshot["lockers"] if locker["state"] == "taken"}
        self._door_of = {
            door["locker"]: f"{device['name']}.{door['name']}"
            for device in snapshot["devices"]
            for door in device["parts"]["doors"]
            if door["locker"] is not None
        }

    def go_through(self, device: Json) -> None:
        """Test every part of a device. Raises Refused while its bay serves an attendee."""
        name, parts = device["name"], device["parts"]
        if device["state"] != "ready":
            result = SKIPPED if device["state"] == "disabled" else FAILED
            why = f": {device['why']}" if device["why"] else ""
            self._report.note(name, "", result, f"{device['state']}{why}")
            return
        self._tester.borrow(name)
        self._tester.say(f"\n{name} ({device['port']})")
        for lamp in parts["lamps"]:
            self._lamp(name, lamp)
        if parts["buzzer"]:
            self._buzzer(name)
        if parts["keys"]:
            result = self._keys(name, parts["keys"])
            if parts["sensor_restarts"] and (self._restarts or result == FAILED):
                self._restart_sensor(name, parts["latches"])
        for latch in parts["latches"]:
            self._latch(name, latch)
        for door in parts["doors"]:
            self._door(name, door)
        self._tester.put_back()

    def go_through_all(self, devices: list[Json]) -> None:
        """Test every device that can be tested now."""
        for device in devices:
            try:
                self.go_through(device)
            except Refused as error:
                self._report.note(device["name"], "", SKIPPED, str(error))

    def _lamp(self, device: str, lamp: str) -> None:
        self._tester.light(lamp, True)
        answer = self._tester.ask(f"Did the {lamp} lamp of {device} light?")
        self._tester.light(lamp, False)
        self._report.note(device, f"{lamp} lamp", _RESULTS[answer])

    def _buzzer(self, device: str) -> None:
        self._tester.sound(BEEP_MS)
        answer = self._tester.ask(f"Did {device} beep?")
        self._report.note(device, "buzzer", _RESULTS[answer])

    def _keys(self, device: str, keys: list[str]) -> str:
        missing = list(keys)
        self._tester.say(
            f"Press each key of {device} once: {' '.join(keys)}. Enter here skips the rest."
        )

        def is_new(event: Json) -> bool:
            return bool(
                event["what"] == "key"
                and event["device"] == device
                and event["value"] == "touched"
                and event["part"] in missing
            )

        def note(event: Json) -> bool:
            if not is_new(event):
                return False
            missing.remove(event["part"])
            self._tester.say(f"  {event['part']} heard, {len(missing)} to go")
            return True

        heard: bool | None = True
        while missing and heard:
            heard = self._tester.wait(note, KEY_WITHIN_S)
        told = f"{len(keys) - len(missing)} of {len(keys)} heard"
        if not missing:
            self._report.note(device, "keys", PASSED, told)
            return PASSED
        result = SKIPPED if heard is None else FAILED
        self._report.note(device, "keys", result, f"{told}; not heard: {' '.join(missing)}")
        return result

    def _restart_sensor(self, device: str, latches: list[Json]) -> None:
        """The maker's remedy for keys that fire by themselves or stay dead: it may open a door."""
        lockers = [latch["locker"] for latch in latches if latch["locker"] is not None]
        opens = f", and locker {lockers[0]} MAY OPEN for it: stand there" if lockers else ""
        part = "touch sensor"
        if taken := self._taken.intersection(lockers):
            held = f"locker {min(taken)} holds somebody's prize, and may open"
            self._report.note(device, part, SKIPPED, held)
        elif not self._tester.is_sure(f"Restart the touch sensor of {device}? A second{opens}."):
            self._report.note(device, part, SKIPPED, "nobody said yes to restarting it")
        else:
            done = self._tester.restart_sensor()
            result = PASSED if done["outcome"] == "done" else FAILED
            self._report.note(device, part, result, f"restart {done['outcome']}: {done['note']}")

    def _latch(self, device: str, latch: Json) -> None:
        part, locker = part_named("latch", latch["name"]), latch["locker"]
        if locker is None:
            self._report.note(device, part, SKIPPED, "no locker uses it, so nothing may open it")
        elif locker in self._taken:
            self._report.note(device, part, SKIPPED, f"locker {locker} holds somebody's prize")
        elif not self._tester.is_sure(f"Open locker {locker} now, by the {part} of {device}?"):
            self._report.note(device, part, SKIPPED, "nobody said yes to opening it")
        else:
            self._report.note(device, part, *self._open(locker, latch))

    def _open(self, locker: int, latch: Json) -> tuple[str, str]:
        """Open a locker, by a recorded override; returns the result and a remark."""
        door = self._door_of.get(locker)
        was_open = door is not None and self._tester.door_states.get(door) == "open"
        asked = {"reason": REASON, "actor": self._actor}
        done = daemon.post(f"/api/v1/lockers/{locker}/open", asked)
        if done["outcome"] != "done":
            return FAILED, f"{done['outcome']}: {done['note']}"
        if door is not None and not was_open:
            return self._sees_door_open(locker, door)
        if door is None and latch["feedback"] is not None:
            return self._feels_latch_let_go(latch)
        answer = self._tester.ask(f"Did the latch of locker {locker} move?")
        return _RESULTS[answer], "told by the person who tested"

    def _sees_door_open(self, locker: int, door: str) -> tuple[str, str]:
        self._tester.wait(lambda _: self._tester.door_states[door] == "open", OPENS_WITHIN_S)
        if self._tester.door_states[door] != "open":
            return FAILED, f"pulsed, but door {door} did not open within {OPENS_WITHIN_S:.0f} s"
        self._tester.say(f"Locker {locker} is open: close it. Enter here goes on without.")
        self._tester.wait(lambda _: self._tester.door_states[door] == "closed", DOOR_WITHIN_S)
        return PASSED, f"door {door} opened"

    def _feels_latch_let_go(self, latch: Json) -> tuple[str, str]:
        let_go = self._tester.wait(
            lambda event: event["what"] == "feedback" and event["value"] == "let go",
            OPENS_WITHIN_S,
        )
        if let_go:
            return PASSED, "its own contact says that it let go"
        return FAILED, f"pulsed, but the contact of {latch['name']} did not say that it let go"

    def _door(self, device: str, door: Json) -> None:
        address = f"{device}.{door['name']}"
        part = part_named("door", door["name"])
        state = self._tester.door_states[address]
        if self._quick or state == "unknown":
            result = FAILED if state == "unknown" else PASSED
            remark = "has said nothing; check its wiring" if state == "unknown" else state
            self._report.note(device, part, result, remark)
            return
        where = f" (locker {door['locker']})" if door["locker"] is not None else ""

        def has_moved(_: Json | None = None) -> bool:
            seen = self._tester.door_states_seen[address]
            return {"open", "closed"} <= seen and self._tester.door_states[address] == "closed"

        moved: bool | None = has_moved()
        if not moved:
            self._tester.say(f"Open and close {part} of {device}{where}. Enter here skips it.")
            moved = self._tester.wait(has_moved, DOOR_WITHIN_S)
        seen = ", ".join(sorted(self._tester.door_states_seen[address]))
        result = PASSED if moved else SKIPPED if moved is None else FAILED
        self._report.note(device, part, result, f"seen: {seen}")
