"""Housekeeping in memory: schedules, one of which is begun by hand and ends at the next look."""

from __future__ import annotations

from boxd.errors import NotFound
from boxd.web.housekeeping_services import Json

AT = "2026-11-21T12:00:00Z"


def schedule(name: str, **more: object) -> Json:
    shown = {
        "name": name,
        "every_s": 3600.0,
        "paused": False,
        "note": "",
        "next_at": AT,
        "last": None,
    }
    return shown | more


class HousekeepingInMemory:
    """Answers as the daemon does."""

    def __init__(self) -> None:
        self.result = {"state": "done", "said": "0 codes expired"}
        self.shown = [
            schedule("expiry"),
            schedule("backup", every_s=None, next_at=""),
            schedule("self-test", paused=True, note="soldering", next_at=""),
        ]
        self.backup_takes = 1  # so many requests

    async def schedules(self) -> list[Json]:
        for each in self.shown:
            if each["last"] is not None:
                each["last"] |= self.result
        return self.shown

    async def run_schedule(self, name: str, actor: str) -> Json:
        for each in self.shown:
            if each["name"] == name:
                each["last"] = {"id": "run-1", "at": AT, "state": "running", "said": actor}
                return each
        raise NotFound(f"there is no schedule '{name}'; there are: expiry, backup, self-test")

    async def back_up(self) -> Json | None:
        self.backup_takes -= 1
        if self.backup_takes:
            return None
        return {"file": "/b/ledger.db", "made_at": AT, "bytes": 512, "entries": 7, "is_new": True}
