"""Those who use the box: they say what they are about to do, do it, and note what they are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from booth.power.box import Box, Json
from booth.power.record import Record

BAY = "bay-1"
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.01
MISTYPED = "00000010"  # its check digit would be 8
_T = TypeVar("_T")


class Impatience(Exception):
    """The box did not do in time what it has to do."""


class People:
    """Attendee, operator, attendant, organiser of one box. `linger` is how they pause."""

    def __init__(self, box: Box, record: Record, linger: Callable[[float], object]) -> None:
        self._box = box
        self._record = record
        self._linger = linger

    def redeem(self) -> None:
        """A code is typed, its prize loaded, taken, and the locker shut."""
        code = self._new_code()
        self._record.moment("typing")
        self._press(*code)
        self._record.moment("claim")
        self._press("Enter")
        load = self._prompt("load")
        self._record.acknowledge(what="claimed", redemption=load["redemption"])
        self._record.moment("question")
        self._linger(0.2)
        self._record.moment("confirmation")
        self._say(load, "loaded")
        self._record.moment("opening")
        take = self._prompt("take")
        self._record.moment("taking")
        self._linger(0.2)
        self._record.moment("door")
        self._shut(take["locker"])
        self._linger(0.1)
        self._record.moment("completion")
        self._say(take, "completed")
        self._record.acknowledge(what="dispensed", redemption=take["redemption"])
        self._record.moment("redeemed")

    def mistype(self) -> None:
        """A code that is none is refused by the failure lamp."""
        self._press(*MISTYPED)
        before = self._lamps()
        self._record.moment("refusal")
        self._press("Enter")
        self._until("the failure lamp", lambda: self._lamps() != before and self._is_refused())
        self._record.acknowledge(what="verdict", bay=BAY, lamp="failure")
        self._record.moment("refused")

    def earn(self) -> None:
        """A task is done and approved, and its code is there."""
        self._record.moment("task start")
        begun = {"kind": "first-workflow", "attendee": uuid4().hex, "actor": "app"}
        task = self._post("/api/v1/tasks", begun)["task"]["id"]
        path = f"/api/v1/tasks/{task}"
        self._record.moment("scan")
        scan = self._ask_once(f"{path}/scans", {"checkpoint": "workshop", "actor": "app"})
        self._record.acknowledge(what="scanned", id=scan, task=task)
        self._record.moment("submission")
        self._ask_once(f"{path}/submission", {"text": "example.org/mine", "actor": "app"})
        self._record.moment("verdict")
        verdict = self._ask_once(f"{path}/verdict", {"approved": True, "actor": "Eva"})
        self._record.acknowledge(what="judged", id=verdict, task=task)
        self._record.moment("issue")
        code = self._until("the task's code", lambda: self._get(path)["task"]["code"])
        self._record.acknowledge(what="code", id=code)
        self._record.moment("code")
        self._get(f"/api/v1/codes/{code}?reveal=1&actor=app")
        self._record.moment("earned")

    def back_up(self) -> None:
        """A backup is asked for."""
        self._record.moment("backup")
        self._post("/api/v1/backups", {"actor": "organiser"})
        self._record.moment("backed up")

    def expire(self) -> None:
        """The look for expired codes is asked for, ahead of its time."""
        self._record.moment("expiry")
        self._post("/api/v1/schedules/expiry/run", {"actor": "organiser"})
        self._linger(0.3)

    def recover(self) -> None:
        """A prize is counted by a playbook, and what lies in a jammed locker is said."""
        self._record.moment("recovery start")
        counting = self._begin({"playbook": "missing-unit", "sku": "mug", "actor": "operator"})
        self._record.moment("count")
        self._find(counting, "counted", count=25)
        jammed = self._begin({"playbook": "jammed-locker", "locker": 4, "actor": "operator"})
        for choice in ("yes", "empty", "yes"):
            self._record.moment("finding")
            self._find(jammed, choice)
        self._record.moment("recovered")

    def _begin(self, order: Json) -> str:
        return str(self._post("/api/v1/recoveries", order, uuid4().hex)["recovery"]["id"])

    def _find(self, recovery: str, choice: str, **more: int) -> None:
        said = {"choice": choice, "actor": "operator", **more}
        key = self._ask_once(f"/api/v1/recoveries/{recovery}/answers", said)
        self._record.acknowledge(what="recovered", id=key, recovery=recovery, choice=choice)

    def finish(self) -> None:
        """Do what the HUD asks for until it asks for nothing, and end the playbooks."""
        self._until("nothing is asked any more", self._answer_all)
        for each in self._get("/api/v1/recoveries")["recoveries"]:
            if not each["ended_at"] and each["parent"] is None:
                self._find(each["id"], "give-up")

    # What they do with their hands

    def _press(self, *keys: str) -> None:
        self._post(f"/sim/api/bays/{BAY}/keys", {"keys": list(keys)})

    def _shut(self, locker: int) -> None:
        self._post(f"/sim/api/lockers/{locker}/door", {"state": "closed"})

    def _answer(self, prompt: Json, kind: str, **more: Any) -> bool:
        key = uuid4().hex
        reply = self._box.http.post(
            f"/api/v1/redemptions/{prompt['redemption']}/{kind}",
            json={"step": prompt["step"], "actor": "operator", **more},
            headers={"Idempotency-Key": key},
        )
        if reply.is_success:
            self._record.acknowledge(
                what="answer", redemption=prompt["redemption"], id=key, kind=kind
            )
        return reply.is_success

    def _say(self, prompt: Json, kind: str) -> None:
        """Answer, again if need be, for as long as it is asked."""

        def is_answered() -> bool:
            prompts = self._box.snapshot()["prompts"]
            return prompt["id"] not in [each["id"] for each in prompts]

        self._until(f"the answer {kind}", lambda: self._answer(prompt, kind) or is_answered())

    def _answer_all(self) -> bool:
        prompts = self._box.snapshot()["prompts"]
        for prompt in prompts:
            match prompt["stage"]:
                case "load":
                    self._answer(prompt, "loaded")
                case "ask":
                    self._answer(prompt, "opened")
                case "jam":
                    self._answer(prompt, "jammed", remedy="again")
                case "take":
                    self._shut(prompt["locker"])
                    self._answer(prompt, "completed")
        return not prompts

    # What they ask and see

    def _new_code(self) -> str:
        order = {"attendee": uuid4().hex, "sku": "sticker", "actor": "organiser"}
        made = self._post("/api/v1/codes", order)["codes"][0]
        self._record.acknowledge(what="code", id=made["id"])
        return str(made["code"])

    def _prompt(self, stage: str) -> Json:
        def found() -> Json | None:
            prompts = self._box.snapshot()["prompts"]
            return next((p for p in prompts if (p["bay"], p["stage"]) == (BAY, stage)), None)

        return self._until(f"a prompt at stage {stage}", found)

    def _lamps(self) -> Json:
        lamps: Json = self._get("/sim/api/state")["bays"][BAY]["lamps"]
        return lamps

    def _is_refused(self) -> bool:
        return bool(self._lamps()["failure"])

    def _ask_once(self, path: str, body: Json) -> str:
        """Ask under a name of our own, which the ledger keeps; returns the name."""
        name = uuid4().hex
        self._post(path, body, name)
        return name

    def _post(self, path: str, body: Json, name: str = "") -> Json:
        headers = {"Idempotency-Key": name} if name else {}
        reply = self._box.http.post(path, json=body, headers=headers)
        reply.raise_for_status()
        answered: Json = reply.json() if reply.content else {}
        return answered

    def _get(self, path: str) -> Json:
        reply = self._box.http.get(path)
        reply.raise_for_status()
        answered: Json = reply.json()
        return answered

    def _until(self, what: str, holds: Callable[[], _T | None]) -> _T:
        deadline = time.monotonic() + PATIENCE_S
        while not (value := holds()):
            if time.monotonic() > deadline:
                raise Impatience(f"not within {PATIENCE_S:.0f} s: {what}")
            self._linger(LOOK_EVERY_S)
        return value


@contextmanager
def unless_cut(is_cutting: Callable[[], bool]) -> Iterator[None]:
    """What fails because the power goes is no failure: no answer, or that the disk is at fault."""
    try:
        yield
    except (httpx.HTTPError, Impatience):
        if not is_cutting():
            raise
