"""A box behind a real socket: the daemon's web side, with a box in memory behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from housekeeping_in_memory import HousekeepingInMemory

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.errors import BoxdError, NotFound, Refused
from boxd.redemption import Answer, RedemptionStanding, Reply, Stage
from boxd.web.box import CodesWanted, Json, PrizeRow
from tests.bays.devices import DevicesInMemory

AT = "2026-11-21T12:00:00Z"
REDEMPTION = "5d1c"


def snapshot() -> Json:
    """A box in which somebody is waited for, a board is gone and an alarm stands."""
    return {
        "version": 1,
        "at": AT,
        "box": {"id": "box-1", "name": "Prize box", "simulation": True, "boxd": "0.1.0"},
        "health": {
            "state": "ready",
            "why": "",
            "remedy": "",
            "temporal": {"state": "up", "why": "", "since": AT},
            "ledger": {"state": "whole", "why": ""},
        },
        "operator": {"focused": "", "menu": "", "page": 0, "message": ""},
        "prompts": [
            {
                "id": f"{REDEMPTION}:3",
                "redemption": REDEMPTION,
                "step": 3,
                "stage": "load",
                "bay": "bay-1",
                "locker": 1,
                "prize": {"sku": "sticker", "name": "Sticker pack"},
                "who": "operator",
                "title": "Put Sticker pack into locker 1",
                "text": "Shut the locker, then confirm.",
                "since": AT,
                "reminders": 0,
                "focused": True,
                "menu": "",
                "options": [],
                "menus": {},
            }
        ],
        "bays": [
            {
                "id": "bay-1",
                "name": "Left",
                "state": "busy",
                "text": "Loading",
                "typed": 0,
                "locked_for_s": 0,
                "lamps": "load",
                "keypad": "ready",
                "redemption": REDEMPTION,
                "last": {"at": AT, "text": "Code accepted", "tone": "good"},
            },
            {
                "id": "bay-2",
                "name": "Right",
                "state": "out_of_service",
                "text": "Keypad gone",
                "typed": 0,
                "locked_for_s": 0,
                "lamps": "off",
                "keypad": "unreachable",
                "redemption": None,
                "last": None,
            },
        ],
        "lockers": [
            {
                "id": 1,
                "bay": "bay-1",
                "state": "taken",
                "reason": "",
                "door": "closed",
                "believed": "door",
                "latch": "ready",
                "prize": "Sticker pack",
            }
        ],
        "devices": [
            {
                "name": "board-1",
                "kind": "codetv",
                "port": "CodeTV Board 1",
                "state": "unreachable",
                "since": AT,
                "why": "no port of that name",
                "parts": {
                    "keys": ["1", "2", "Cancel", "Enter"],
                    "lamps": ["standby"],
                    "buzzer": True,
                    "latches": [{"name": "latch", "feedback": None, "locker": 1}],
                    "doors": [],
                },
                "tested_by": "",
            }
        ],
        "strangers": [],
        "stock": [_prize("sticker", "Sticker pack", 18), _prize("mug", "Mug", 0)],
        "alarms": [
            {
                "id": 3,
                "kind": "door_left_open",
                "subject": "locker 1",
                "text": "Shut the door of locker 1",
                "raised_at": AT,
            }
        ],
        "events": [],
        "upstream": None,
    }


def _prize(sku: str, name: str, on_hand: int) -> Json:
    return {
        "sku": sku,
        "name": name,
        "weight": 1,
        "received": on_hand + 2,
        "on_hand": on_hand,
        "held": 1,
        "dispensed": 1,
        "written_off": 0,
    }


def _entry(seq: int) -> Json:
    return {
        "seq": seq,
        "at": AT,
        "actor": "boxd",
        "action": "claim.accepted",
        "cause": "Enter",
        "redemption": REDEMPTION,
        "bay": "bay-1",
        "locker": 1,
        "code": 7,
        "sku": "sticker",
        "detail": {"attempt": seq},
        "hash": "00",
    }


class BoxInMemory:
    """Answers as the daemon does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.shown = snapshot()
        self.calls: list[tuple[Any, ...]] = []
        self.devices = DevicesInMemory()
        self.device_tests = self.devices.tests()
        self.housekeeping = HousekeepingInMemory()
        self.fails_with: BoxdError | None = None
        self.refuses = ""
        self.outcome = {"outcome": "done", "note": "", "actuation": "override/1"}
        self.trail = [_entry(seq) for seq in range(1, 26)]
        self.tokens: Any = None
        self.silent = threading.Event()

    def snapshot(self) -> Json:
        return self.shown

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        await asyncio.sleep(timeout_s)

    def ready(self) -> tuple[bool, str]:
        return True, ""

    async def answer(self, answer: Answer) -> Reply:
        self._asked("answer", answer)
        standing = RedemptionStanding(answer.redemption, "bay-1", Stage.OPEN, 4, AT)
        return Reply(not self.refuses, self.refuses, standing)

    async def redemptions(
        self, open_only: bool, limit: int, before: str | None = None
    ) -> list[Json]:
        self._asked("redemptions", open_only, limit)
        return [_redemption()]

    async def redemption(self, redemption_id: str) -> Json:
        if redemption_id != REDEMPTION:
            raise NotFound(f"there is no redemption '{redemption_id}'; see boxd redemptions list")
        return {
            "redemption": _redemption(),
            "answers": [],
            "actuations": [],
            "audit": [
                _entry(1),
                _entry(2) | {"action": "redemption.loaded", "actor": "ada (CLI)"},
                _entry(3) | {"action": "actuation.done", "detail": {"note": "door opened"}},
            ],
        }

    async def prizes(self) -> list[Json]:
        return list(self.shown["stock"])

    async def import_prizes(self, rows: Sequence[PrizeRow], actor: str) -> list[Json]:
        self._asked("import_prizes", list(rows), actor)
        return list(self.shown["stock"])

    async def adjust_prize(self, sku: str, units: int, reason: str, actor: str) -> Json:
        self._asked("adjust_prize", sku, units, reason, actor)
        return _prize(sku, sku, units)

    async def issue_codes(
        self, attendee: str, sku: str | None, count: int, valid_days: int | None, actor: str
    ) -> list[Json]:
        self._asked("issue_codes", attendee, sku, count, valid_days, actor)
        return [_code(number) | {"code": "12345674"} for number in range(1, count + 1)]

    async def codes(self, wanted: CodesWanted) -> list[Json]:
        self._asked("codes", wanted.state, wanted.limit)
        return [] if wanted.state == "voided" else [_code(7)]

    async def code(self, code_id: int, reveal: bool, actor: str) -> Json:
        self._asked("code", code_id, reveal, actor)
        return _code(code_id) | ({"code": "12345674"} if reveal else {})

    async def void_code(self, code_id: int, reason: str, actor: str) -> Json:
        self._asked("void_code", code_id, reason, actor)
        return _code(code_id) | {"state": "voided"}

    async def open_locker(self, locker: int, reason: str, actor: str) -> Json:
        self._asked("open_locker", locker, reason, actor)
        return self.outcome

    async def set_locker_service(
        self, locker: int, in_service: bool, reason: str, actor: str
    ) -> Json:
        self._asked("set_locker_service", locker, in_service, reason, actor)
        return {
            **{"id": locker, "in_service": int(in_service), "reason": reason},
            **{"redemption": None, "stage": None, "prize": None},
        }

    async def audit(self, after: int, limit: int) -> list[Json]:
        return [entry for entry in self.trail if entry["seq"] > after][: min(limit, 10)]

    async def alarms(self) -> list[Json]:
        return list(self.shown["alarms"])

    async def clear_alarm(self, alarm: int, actor: str) -> Json:
        self._asked("clear_alarm", alarm, actor)
        return self.shown["alarms"][0] | {"id": alarm, "cleared_at": AT}

    def _asked(self, *call: Any) -> None:
        self.calls.append(call)
        if self.fails_with is not None:
            raise self.fails_with


def refuse(box: BoxInMemory, why: str) -> None:
    """Let the box refuse whatever it is asked next."""
    box.fails_with = Refused(why)


def _redemption() -> Json:
    return {
        "id": REDEMPTION,
        "bay": "bay-1",
        "stage": "load",
        "step": 3,
        "locker": 1,
        "code": 7,
        "sku": "sticker",
        "prize": "Sticker pack",
        "refusal": None,
        "begun_at": AT,
        "since": AT,
        "ended_at": None,
        "attempt": 0,
        "outcome_unknown": 0,
    }


def _code(number: int) -> Json:
    return {
        "id": number,
        "attendee": "badge-1042",
        "sku": "sticker",
        "prize": "Sticker pack",
        "box": "box-1",
        "state": "ready",
        "issued_at": AT,
        "expires_at": "2026-12-21T12:00:00Z",
    }


class ServedBox:
    """A box in memory, served on a Unix socket by the daemon's own web server in a thread."""

    def __init__(self, socket: Path) -> None:
        self.box = BoxInMemory()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = WebServer(Application(self.box))
        self._run(self._server.start("127.0.0.1", 0, socket))

    def stop(self) -> None:
        self._run(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
