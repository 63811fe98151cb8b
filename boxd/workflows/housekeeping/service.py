"""Housekeeping for the commands: schedules by Temporal, backups without it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from boxd.config import Config
from boxd.ledger.backup import Backup, BackupRules
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.ledger import Ledger
from boxd.workflows.housekeeping.schedule_keeper import ScheduleKeeper
from boxd.workflows.housekeeping.schedules import plans, pull_plans
from boxd.workflows.server_connection import ServerConnection

Json = dict[str, Any]

# Shorter than a command waits.
_ANSWERS_WITHIN_S = 15.0


def backup_rules(config: Config) -> BackupRules:
    """The configured rules for backups."""
    return BackupRules(config.backup_dir, config.backups.keep, config.backups.keep_days)


class Housekeeping:
    """Implements `boxd.web.housekeeping_services.HousekeepingServices`."""

    def __init__(self, connection: ServerConnection, config: Config, ledger: Ledger) -> None:
        planned = [*plans(config.schedules), *pull_plans(config.upstream)]
        self.service = ScheduleKeeper(connection, ledger, config.box.id, planned)
        self.backups = BackupMaker(config.ledger_file, backup_rules(config))
        self._being_made: asyncio.Task[Backup] | None = None

    async def schedules(self) -> list[Json]:
        """Every schedule with its last and next run."""
        return [asdict(each) for each in await self.service.statuses()]

    async def run_schedule(self, name: str, actor: str) -> Json:
        """Start a run by hand; returns the schedule with that run as the last."""
        return asdict(await self.service.run(name, actor))

    async def back_up(self) -> Json | None:
        """Make a backup; None if it takes longer than a request: a second call joins it."""
        if self._being_made is None:
            self._being_made = asyncio.create_task(self.backups.make())
        making = self._being_made
        done, _ = await asyncio.wait({making}, timeout=_ANSWERS_WITHIN_S)
        if not done:
            return None
        self._being_made = None
        return making.result().as_json()
