"""A box that may not dispense: it stands there and says why, on lamps, HUD and commands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from boxd.bays.bay import Bay
from boxd.bays.device_tests import DeviceTests
from boxd.bays.devices_view import devices_view
from boxd.config import Config
from boxd.errors import BoxdError, KeysMissing, LedgerDamaged, LedgerTooNew, LedgerUnusable
from boxd.ledger import backup
from boxd.ledger.ledger import as_text
from boxd.ledger.overview import Overview
from boxd.machine_clock import utc_now
from boxd.redemption import Answer, Reply
from boxd.temporal.server import ServerStatus
from boxd.web.snapshot import Health, SnapshotInput, snapshot

Json = dict[str, Any]
log = structlog.get_logger("boxd")

_MEND = "Mend the disk, then start boxd again; the ledger itself may well be whole."
_LOOKING = "Stop boxd, restore a backup (one moment: boxd is looking for the newest good one)."
_NO_BACKUP = (
    "There is no good backup in {directory}. Stop boxd, restore a copy from elsewhere:"
    " boxd backup restore FILE, start boxd again."
)
_RESTORE = (
    "Stop boxd, type: boxd backup restore {file}   and start boxd again. It is the newest good"
    " backup, and knows what happened until {until}; codes used since then will be good again."
)
_NEWER = (
    "Install the newer boxd again, or stop boxd and restore a backup: boxd backup list --verify"
)
_KEYS = "Put the key back, with mode 600, and start boxd again."


_REMEDIES = {LedgerUnusable: _MEND, LedgerTooNew: _NEWER, KeysMissing: _KEYS}


class RefusingRedemptions:
    """Decides nothing."""

    def __init__(self, error: BoxdError) -> None:
        self._error = error

    async def begin(self, bay: str, typed: str) -> None:
        """Refuse, with the reason."""
        raise self._error

    async def answer(self, answer: Answer) -> Reply:
        """Refuse, with the reason."""
        raise self._error


class RefusingServices:
    """Whatever is asked of tasks, tokens, links or keys is refused with the same reason."""

    def __init__(self, error: BoxdError) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        """Refuse, with the reason."""
        raise self._error


class RefusingBox:
    """Implements `boxd.web.box.BoxServices` by its snapshot alone; everything else is refused."""

    def __init__(
        self, config: Config, bays: Mapping[str, Bay], device_tests: DeviceTests, error: BoxdError
    ) -> None:
        self._config = config
        self._bays = bays
        self.device_tests = device_tests
        self._error = error
        self._remedy = _REMEDIES.get(type(error), _LOOKING)
        self._temporal: ServerStatus | None = None
        self.tasks = self.tokens = self.requests = self.links = RefusingServices(error)
        self.housekeeping = self.upstream = self.clock = RefusingServices(error)

    async def look_for_backup(self) -> None:
        """Find the newest backup that is whole, and offer it with the command to type."""
        directory = self._config.backup_dir
        found = await asyncio.to_thread(backup.newest_good, directory)
        if found is None or found.contents is None:
            self._remedy = _NO_BACKUP.format(directory=directory)
        else:
            until = found.contents.last_at or "nothing"
            self._remedy = _RESTORE.format(file=found.file, until=until)
        log.error("fault.explained", remedy=self._remedy)

    def server_changed(self, status: ServerStatus) -> None:
        """The Temporal server is not needed here, but shown."""
        self._temporal = status

    def snapshot(self) -> Json:
        """Why the box refuses, and how its devices stand."""
        is_damaged = isinstance(self._error, LedgerDamaged)
        health = Health(
            state="out_of_service",
            why=str(self._error),
            remedy=self._remedy,
            temporal=self._temporal.state.value if self._temporal else "external",
            temporal_why=self._temporal.why if self._temporal else "",
            temporal_since=as_text(self._temporal.since) if self._temporal else "",
            ledger="damaged" if is_damaged else "unusable",
            ledger_why=str(self._error),
        )
        picture = SnapshotInput(
            config=self._config,
            health=health,
            overview=Overview([], {}, [], [], []),
            prompts=[],
            bays=[bay.view() for bay in self._bays.values()],
            devices=devices_view(self._config, self.device_tests),
            doors={locker.id: None for locker in self._config.lockers},
            operator={"focused": "", "menu": "", "page": 0, "message": ""},
        )
        return snapshot(picture, int(utc_now().timestamp()), as_text(utc_now()))

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        """Nothing changes for the better by itself; look again from time to time."""
        await asyncio.sleep(min(timeout_s, 2.0))

    def ready(self) -> tuple[bool, str]:
        """Not ready, and why."""
        return False, str(self._error)

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked is refused with the same reason."""

        async def refuse(*_: object, **__: object) -> Any:
            raise self._error

        return refuse
