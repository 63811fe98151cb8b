"""The parts of a running box, how they are wired, and which of them requests reach."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from boxd.api.services import BoxServices
from boxd.bays.bay import Bay
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.device_tests import DeviceTests
from boxd.bays.opening import Opener
from boxd.bays.operator_console import OperatorConsole
from boxd.clock_keeper import ClockKeeper, anchor
from boxd.config import Config
from boxd.daemon import assembly
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.dispensing import wire_dispensing
from boxd.fates import Fates
from boxd.ledger import photos
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.lights.wled import WledStrip
from boxd.look_back.service import LookBackService
from boxd.machine_clock import box_clock
from boxd.organiser.box_label import BoxLabel
from boxd.organiser.code_batches import CodeBatches
from boxd.organiser.erasing import Erasing
from boxd.organiser.keyed_answers import KeyedAnswers
from boxd.organiser.token_check import TokenCheck
from boxd.phones.link_service import LinkService
from boxd.phones.network import PhonesNetwork
from boxd.pictures import photo
from boxd.pictures.store import PictureStore
from boxd.playbooks import playbooks
from boxd.staff.service import StaffService
from boxd.task import Asked, TaskReply
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.fleet.service import FleetLink
from boxd.workflows.housekeeping.schedules import plans, pull_plans
from boxd.workflows.housekeeping.service import ScheduleKeeper
from boxd.workflows.notices import service as notices_service
from boxd.workflows.notices.service import NoticeService
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.photo_service import PhotoService
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.tasks.verdict_keeper import VerdictKeeper
from boxd.workflows.upstream import service as upstream_service
from boxd.workflows.upstream.service import Upstream

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

log = structlog.get_logger("boxd")


@dataclass(frozen=True)
class Parts:
    """The parts of a running box."""

    config: Config
    ledger: Ledger
    keys: CodeKeys
    registry: DeviceRegistry
    bays: Mapping[str, Bay]
    strips: tuple[WledStrip, ...]
    opener: Opener
    redemptions: RedemptionService
    announcer: Announcer
    decisions: RedemptionDecisions
    operator: OperatorConsole
    device_tests: DeviceTests
    tasks: TaskService
    verdicts: VerdictKeeper
    recoveries: RecoveryService
    histories: ErasingService
    pictures: PictureStore
    photos: PhotoService
    task_fates: Fates[Asked, TaskReply]
    schedules: ScheduleKeeper
    backups: BackupMaker
    clock: ClockKeeper
    connection: ServerConnection
    label: BoxLabel
    audit_key: AuditKey | None = None
    upstream: Upstream | None = None
    notices: NoticeService | None = None
    fleet: FleetLink | None = None

    def services(
        self, links: LinkService, staff: StaffService, phones: PhonesNetwork
    ) -> BoxServices:
        """The parts that requests reach."""
        return BoxServices(
            config=self.config,
            ledger=self.ledger,
            keys=self.keys,
            bays=self.bays,
            strips=self.strips,
            opener=self.opener,
            redemptions=self.redemptions,
            tasks=self.tasks,
            verdicts=self.verdicts,
            recoveries=self.recoveries,
            look_backs=LookBackService(self.connection, self.ledger, self.config),
            pictures=self.pictures,
            photos=self.photos,
            schedules=self.schedules,
            backups=self.backups,
            clock=self.clock,
            erasing=Erasing(self.ledger, self.histories, self.photos),
            batches=CodeBatches(self.config, self.ledger, self.keys),
            tokens=TokenCheck(self.ledger),
            keyed_answers=KeyedAnswers(self.ledger, self.keys),
            links=links,
            staff=staff,
            phones=phones,
            label=self.label,
            audit_key=self.audit_key,
            upstream=self.upstream,
        )


async def open_ledger(
    config: Config, changes: ChangeSignal, closing: AsyncExitStack
) -> tuple[Ledger, CodeKeys]:
    """The ledger and the keys of its codes; interrupted orders have become questions.

    Raises LedgerDamaged, LedgerTooNew, LedgerUnusable or KeysMissing.
    """
    ledger = await asyncio.to_thread(
        Ledger,
        config.ledger_file,
        outbox=upstream_service.outbox_settings(config),
        notices=notices_service.notice_settings(config),
    )
    closing.callback(ledger.close)
    ledger.on_commit = changes.note_ledger
    anchor(box_clock, ledger)
    keys = assembly.keys(config, ledger)
    if unknown := assembly.prepare_ledger(config, ledger):
        log.error("actuations.unknown", actuations=unknown)
    return ledger, keys


def wire(
    config: Config,
    ledger: Ledger,
    keys: CodeKeys,
    simulated: SimulatedHardware | None,
    run: str,
    changes: ChangeSignal,
    closing: AsyncExitStack,
) -> Parts:
    """Devices, bays, opener and services, wired to each other; `closing` ends them.

    `run` names this run of boxd: an answer belongs to the run that took it.
    """
    connection = ServerConnection()
    dispensing = wire_dispensing(config, ledger, keys, simulated, run, changes, closing, connection)
    audit_key = assembly.audit_key(config)
    label = BoxLabel(config.box, ledger, changes.note)
    task_fates = Fates[Asked, TaskReply](run)
    tasks = TaskService(connection, ledger, config.box.id, task_fates)
    tasks.kinds_changed = assembly.declare_tasks(config, ledger)
    return Parts(
        config=config,
        ledger=ledger,
        keys=keys,
        registry=dispensing.registry,
        bays=dispensing.bays,
        strips=dispensing.strips,
        opener=dispensing.opener,
        redemptions=dispensing.redemptions,
        announcer=dispensing.announcer,
        decisions=dispensing.decisions,
        operator=dispensing.operator,
        device_tests=DeviceTests(config, dispensing.registry, dispensing.bays, changes.note),
        tasks=tasks,
        verdicts=VerdictKeeper(ledger, tasks),
        recoveries=_recoveries(connection, config, ledger, keys),
        histories=ErasingService(connection, ledger, config.box.id),
        pictures=PictureStore(config.pictures_dir),
        photos=_photos(config, ledger, tasks),
        task_fates=task_fates,
        clock=ClockKeeper(box_clock, ledger, tasks.look_again),
        schedules=_schedules(connection, config, ledger),
        connection=connection,
        label=label,
        backups=BackupMaker(config.ledger_file, assembly.backup_rules(config)),
        audit_key=audit_key,
        upstream=upstream_service.connected(
            connection, config, ledger, tasks, changes.note, audit_key
        ),
        notices=notices_service.connected(connection, config, ledger, label.shown),
        fleet=dispensing.fleet,
    )


def _recoveries(
    connection: ServerConnection, config: Config, ledger: Ledger, keys: CodeKeys
) -> RecoveryService:
    return RecoveryService(
        connection,
        ledger,
        config.box.id,
        partial(playbooks, config.box.playbooks),
        issuing=assembly.issuing_again(config, keys),
    )


def _photos(config: Config, ledger: Ledger, tasks: TaskService) -> PhotoService:
    return PhotoService(
        ledger, tasks, PictureStore(config.photos_dir, photo.WORK, photos.MOST_BYTES)
    )


def _schedules(connection: ServerConnection, config: Config, ledger: Ledger) -> ScheduleKeeper:
    planned = [*plans(config.schedules), *pull_plans(config.upstream)]
    return ScheduleKeeper(connection, ledger, config.box.id, planned)
