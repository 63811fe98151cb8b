"""A box that may not dispense: its bays decide nothing, and its snapshots say why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import structlog

from boxd.api.services import ServedBox
from boxd.bays.bay import Bay
from boxd.bays.device_tests import DeviceTests
from boxd.bays.devices_view import devices_view
from boxd.config import Config
from boxd.daemon import assembly
from boxd.errors import (
    BoxdError,
    HeldByAnother,
    KeysMissing,
    LedgerDamaged,
    LedgerTooNew,
    LedgerUnusable,
)
from boxd.ledger import backup
from boxd.ledger.ledger import as_text
from boxd.ledger.overview import Overview
from boxd.machine_clock import utc_now
from boxd.redemption import Answer, Reply
from boxd.temporal.server import ServerStatus
from boxd.web.snapshot import Health, SnapshotInput, snapshot
from boxd.words import N_

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

Json = dict[str, Any]
log = structlog.get_logger("boxd")

_MEND = N_("Mend the disk, then start boxd again; the ledger itself may well be whole.")
_LOOKING = N_("Stop boxd, restore a backup (one moment: boxd is looking for the newest good one).")
_NO_BACKUP = N_(
    "There is no good backup in {directory}. Stop boxd, restore a copy from elsewhere:"
    " boxd backup restore FILE, start boxd again."
)
_RESTORE = N_(
    "Stop boxd, type: boxd backup restore {file}   and start boxd again. It is the newest good"
    " backup, and knows what happened until {until}; codes used since then will be good again."
)
_NEWER = N_(
    "Install the newer boxd again, or stop boxd and restore a backup: boxd backup list --verify"
)
_KEYS = N_("Put the key back, with mode 600, and start boxd again.")


_TWIN = N_(
    "Give this box another name, and start it again. If the other one is gone for good, free its"
    " name: end the workflow {workflow} at that service, and start this one again."
)
_REMEDIES = {LedgerUnusable: _MEND, LedgerTooNew: _NEWER, KeysMissing: _KEYS}


class RefusingRedemptions:
    """Decides nothing."""

    def __init__(self, error: BoxdError) -> None:
        self._error = error

    async def begin(self, bay: str, typed: str) -> None:
        """Always raises the reason."""
        raise self._error

    async def answer(self, answer: Answer) -> Reply:
        """Always raises the reason."""
        raise self._error


class FaultSnapshots:
    """The snapshots of a box that refuses to dispense: why, and what to do about it."""

    def __init__(
        self, config: Config, bays: Mapping[str, Bay], device_tests: DeviceTests, error: BoxdError
    ) -> None:
        self._config = config
        self._bays = bays
        self._device_tests = device_tests
        self._error = error
        self._remedy = _REMEDIES.get(type(error), _LOOKING)
        if isinstance(error, HeldByAnother):
            self._remedy = _TWIN.format(workflow=error.place)
        self._temporal: ServerStatus | None = None

    async def look_for_backup(self) -> None:
        """Find the newest whole backup, and offer it with the command to type."""
        directory = self._config.backup_dir
        found = await asyncio.to_thread(backup.newest_good, directory)
        if found is None or found.contents is None:
            self._remedy = _NO_BACKUP.format(directory=directory)
        else:
            until = found.contents.last_at or "nothing"
            self._remedy = _RESTORE.format(file=found.file, until=until)
        log.error("fault.explained", remedy=self._remedy)

    def server_changed(self, status: ServerStatus) -> None:
        """The Temporal server is only shown; nothing here needs it."""
        self._temporal = status

    def snapshot(self) -> Json:
        """Why the box refuses, and the states of its devices."""
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
            box_name=self._config.box.name,
            health=health,
            overview=Overview([], {}, [], [], []),
            prompts=[],
            bays=[bay.view() for bay in self._bays.values()],
            devices=devices_view(self._config, self._device_tests),
            doors={locker.id: None for locker in self._config.lockers},
            operator={"focused": "", "menu": "", "page": 0, "message": ""},
        )
        return snapshot(picture, int(utc_now().timestamp()), as_text(utc_now()))

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        """Nothing improves by itself; look again from time to time."""
        await asyncio.sleep(min(timeout_s, 2.0))

    def ready(self) -> tuple[bool, str]:
        """Not ready, and why."""
        return False, str(self._error)


async def start_refusing_box(
    config: Config,
    error: BoxdError,
    simulated: SimulatedHardware | None,
    closing: AsyncExitStack,
) -> tuple[FaultSnapshots, ServedBox]:
    """Start the devices of a box that refuses, which its lamps show; `closing` ends them."""

    def devices_changed() -> None:
        registry.notice()

    registry = assembly.registry(config, simulated, devices_changed)
    closing.push_async_callback(registry.close)
    bays = assembly.bays(config, registry, RefusingRedemptions(error), _nothing_changes)
    for bay in bays.values():
        bay.availability.serve(False, str(error))
    await registry.start()
    device_tests = DeviceTests(config, registry, bays, _nothing_changes)
    snapshots = FaultSnapshots(config, bays, device_tests, error)
    return snapshots, ServedBox(snapshots, device_tests, error)


def _nothing_changes() -> None:
    """Do nothing: the snapshots of a box that refuses are made on request."""
