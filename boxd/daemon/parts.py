"""The parts of a running box, and how they are wired."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from boxd.bays.bay import Bay
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.device_tests import DeviceTests
from boxd.bays.opening import Opener
from boxd.bays.operator_console import OperatorConsole
from boxd.clock_keeper import ClockKeeper
from boxd.config import Config
from boxd.daemon import assembly
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.dispensing import Dispensing
from boxd.fates import Fates
from boxd.ledger import photos
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.lights.wled import WledStrip
from boxd.machine_clock import box_clock
from boxd.organiser.box_label import BoxLabel
from boxd.pictures import photo
from boxd.pictures.store import PictureStore
from boxd.playbooks import playbooks
from boxd.task import Asked, TaskReply
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.housekeeping.schedules import plans, pull_plans
from boxd.workflows.housekeeping.service import ScheduleKeeper
from boxd.workflows.notices import service as notices_service
from boxd.workflows.notices.service import NoticeService
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.photo_service import PhotoService
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.tasks.verdict_keeper import VerdictKeeper
from boxd.workflows.upstream import service as upstream_service
from boxd.workflows.upstream.service import Upstream

if TYPE_CHECKING:
    from boxd.workflows.fleet.service import FleetLink

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


def wire(
    config: Config,
    ledger: Ledger,
    keys: CodeKeys,
    dispensing: Dispensing,
    changes: ChangeSignal,
    closing: AsyncExitStack,
) -> Parts:
    """What people and workflows need besides the bays, wired to them; `closing` ends it."""
    connection = ServerConnection()
    redemptions = _redemptions(connection, config, ledger, dispensing, closing)
    recoveries = _recoveries(connection, config, ledger, keys)
    audit_key = assembly.audit_key(config)
    label = BoxLabel(config.box, ledger, changes.note)
    task_fates = Fates[Asked, TaskReply](dispensing.decisions.daemon)
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
        redemptions=redemptions,
        announcer=dispensing.announcer,
        decisions=dispensing.decisions,
        operator=_operator(config, dispensing, redemptions, recoveries, changes, closing),
        device_tests=DeviceTests(config, dispensing.registry, dispensing.bays, changes.note),
        tasks=tasks,
        verdicts=VerdictKeeper(ledger, tasks),
        recoveries=recoveries,
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


def _redemptions(
    connection: ServerConnection,
    config: Config,
    ledger: Ledger,
    dispensing: Dispensing,
    closing: AsyncExitStack,
) -> RedemptionService:
    """What delivers answers; from now on the bays' answers reach it, and codes get workflows."""
    starter = WorkflowStarter(connection, config)
    closing.push_async_callback(starter.close)
    service = RedemptionService(connection, ledger, dispensing.decisions, starter)
    closing.push_async_callback(service.close)
    dispensing.claiming.on_open = starter.start_soon
    dispensing.redemptions.answers = service
    return service


def _operator(
    config: Config,
    dispensing: Dispensing,
    redemptions: RedemptionService,
    recoveries: RecoveryService,
    changes: ChangeSignal,
    closing: AsyncExitStack,
) -> OperatorConsole:
    operator = assembly.operator_console(
        config, dispensing.registry, redemptions, recoveries, changes.note
    )
    if config.operator.keypad is not None:
        dispensing.reconnects.subscribe(config.operator.keypad, operator.forget_touches)
    closing.callback(operator.close)
    return operator


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
