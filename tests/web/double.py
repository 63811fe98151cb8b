"""A box in memory: what the web layer asks of it is written down, and answered as told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from boxd.devices import DoorState
from boxd.errors import BoxdError, NotFound, Refused
from boxd.redemption import Answer, RedemptionStanding, Reply, Stage
from boxd.web.box import CodesWanted, PrizeRow
from tests.bays.devices import DevicesInMemory
from tests.web import snapshots

Json = dict[str, Any]


REDEMPTION: Json = {
    **{"id": "r-1", "bay": "bay-1", "stage": "load", "step": 7, "attempt": 0, "locker": 1},
    **{"outcome_unknown": 0, "code": 1, "sku": "sticker", "prize": "Sticker pack", "refusal": None},
    **{"begun_at": "2026-11-21T12:00:00Z", "since": "2026-11-21T12:00:00Z", "ended_at": None},
}
CODE: Json = {
    **{"id": 1, "sku": "sticker", "prize": "Sticker pack", "attendee": "badge-7", "box": "box-1"},
    **{"state": "ready", "issued_at": "2026-11-21T12:00:00Z"},
    "expires_at": "2026-11-28T12:00:00Z",
}


class BoxDouble:
    """Stands for the daemon where only shapes, errors and listeners are in question."""

    def __init__(self) -> None:
        self.shown = snapshots.state("load")
        self.answers: list[Answer] = []
        self.calls: list[tuple[Any, ...]] = []
        self.devices = DevicesInMemory()
        self.device_tests = self.devices.tests()
        self.fails_with: BoxdError | None = None
        self.refuses = ""
        self._changed = asyncio.Event()

    def show(self, snapshot: Json) -> None:
        self.shown = snapshot | {"version": self.shown["version"] + 1}
        self._changed.set()
        self._changed = asyncio.Event()

    def snapshot(self) -> Json:
        return self.shown

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        if self.shown["version"] == version:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait()
            except TimeoutError:
                return

    def ready(self) -> tuple[bool, str]:
        health = self.shown["health"]
        return health["state"] == "ready", health["why"]

    async def answer(self, answer: Answer) -> Reply:
        self._called("answer", answer)
        self.answers.append(answer)
        standing = RedemptionStanding(
            answer.redemption, "bay-1", Stage.OPEN, 2, "2026-11-21T12:00:00Z"
        )
        return Reply(not self.refuses, self.refuses, standing)

    async def redemptions(
        self, open_only: bool, limit: int, before: str | None = None
    ) -> list[Json]:
        self._called("redemptions", open_only, limit, before)
        return []

    async def redemption(self, redemption_id: str) -> Json:
        self._called("redemption", redemption_id)
        if redemption_id != "r-1":
            raise NotFound(f"there is no redemption '{redemption_id}'; boxd redemptions list")
        return {"redemption": REDEMPTION, "answers": [], "actuations": [], "audit": []}

    async def prizes(self) -> list[Json]:
        return list(self.shown["stock"])

    async def import_prizes(self, rows: Sequence[PrizeRow], actor: str) -> list[Json]:
        self._called("import_prizes", list(rows), actor)
        return list(self.shown["stock"])

    async def adjust_prize(self, sku: str, units: int, reason: str, actor: str) -> Json:
        self._called("adjust_prize", sku, units, reason, actor)
        return self.shown["stock"][0] | {"sku": sku}

    async def issue_codes(
        self, attendee: str, sku: str | None, count: int, valid_days: int | None, actor: str
    ) -> list[Json]:
        self._called("issue_codes", attendee, sku, count, valid_days, actor)
        return [CODE | {"code": "12345674", "attendee": attendee}]

    async def codes(self, wanted: CodesWanted) -> list[Json]:
        self._called("codes", wanted)
        return []

    async def code(self, code_id: int, reveal: bool, actor: str) -> Json:
        self._called("code", code_id, reveal, actor)
        return CODE | {"id": code_id}

    async def void_code(self, code_id: int, reason: str, actor: str) -> Json:
        self._called("void_code", code_id, reason, actor)
        return CODE | {"id": code_id}

    async def open_locker(self, locker: int, reason: str, actor: str) -> Json:
        self._called("open_locker", locker, reason, actor)
        return {"outcome": "done", "note": "", "actuation": "override/1"}

    async def set_locker_service(
        self, locker: int, in_service: bool, reason: str, actor: str
    ) -> Json:
        self._called("set_locker_service", locker, in_service, reason, actor)
        return {
            **{"id": locker, "in_service": 1, "reason": ""},
            **{"redemption": None, "stage": None, "prize": None},
        }

    async def audit(self, after: int, limit: int) -> list[Json]:
        self._called("audit", after, limit)
        return []

    async def alarms(self) -> list[Json]:
        return list(self.shown["alarms"])

    async def clear_alarm(self, alarm: int, actor: str) -> Json:
        self._called("clear_alarm", alarm, actor)
        return {
            **{"id": alarm, "kind": "door_open", "subject": "locker 1", "text": "Shut it"},
            **{"raised_at": "2026-11-21T12:00:00Z", "cleared_at": "2026-11-21T12:01:00Z"},
        }

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        if self.fails_with is not None:
            raise self.fails_with


class FrontDouble:
    """Stands for the simulated hardware: two bays, four lockers, no firmware behind them."""

    def __init__(self) -> None:
        self.pressed: list[tuple[str, str]] = []
        self.faults: list[tuple[str, str, str]] = []
        self._callbacks: list[Callable[[], None]] = []
        self.shown: Json = {
            "bays": {
                bay: {
                    "lamps": {"standby": False, "success": True, "failure": False},
                    "buzzer": {"sounding": False, "count": 0},
                    "connected": True,
                }
                for bay in ("bay-1", "bay-2")
            },
            "lockers": {
                str(locker): {
                    "door": "closed",
                    "pulses": 0,
                    "jammed": False,
                    "door_switch": locker != 4,
                }
                for locker in (1, 2, 3, 4)
            },
            "operator": {"connected": True},
        }

    def state(self) -> Json:
        return self.shown

    async def press(self, bay: str, keys: Sequence[str]) -> None:
        if bay not in self.shown["bays"]:
            raise NotFound(f"there is no bay '{bay}'; bays: bay-1, bay-2")
        self.pressed += [(bay, str(key)) for key in keys]
        self.shown["bays"][bay]["buzzer"]["count"] += len(keys)
        self.change()

    async def press_operator(self, keys: Sequence[str]) -> None:
        self.pressed += [("operator", str(key)) for key in keys]
        self.change()

    def set_door(self, locker: int, state: DoorState) -> None:
        self.shown["lockers"][str(locker)]["door"] = str(state)
        self.change()

    def fault(self, device: str, fault: str, key: str = "") -> None:
        if fault == "explode":
            raise Refused("fault: 'explode' is no fault; one of: unplug, replug, jam, unjam")
        self.faults.append((device, fault, key))
        if fault in {"unplug", "replug"} and device in {"board-0", "board-1"}:
            bay = self.shown["bays"][f"bay-{int(device[-1]) + 1}"]
            bay["connected"] = fault == "replug"
        if device.startswith("locker-"):
            locker = self.shown["lockers"][device.removeprefix("locker-")]
            if fault == "spring":
                locker["door"] = "open"
            else:
                locker["jammed"] = fault == "jam"
        self.change()

    def on_change(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def change(self) -> None:
        for callback in self._callbacks:
            callback()
