"""What the API's handlers work with: the ledger and the services of a running box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from boxd.bays.bay import Bay
from boxd.bays.device_tests import DeviceTests
from boxd.bays.opening import Opener
from boxd.clock_keeper import ClockKeeper
from boxd.config import Config
from boxd.errors import BoxdError
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.lights.wled import WledStrip
from boxd.look_back.service import LookBackService
from boxd.organiser.box_label import BoxLabel
from boxd.organiser.code_batches import CodeBatches
from boxd.organiser.erasing import Erasing
from boxd.organiser.keyed_answers import KeyedAnswers
from boxd.organiser.token_check import TokenCheck
from boxd.phones.link_service import LinkService
from boxd.phones.network import PhonesNetwork
from boxd.pictures.store import PictureStore
from boxd.staff.service import StaffService
from boxd.web.snapshot import SnapshotSource
from boxd.workflows.housekeeping.service import ScheduleKeeper
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.tasks.photo_service import PhotoService
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.tasks.verdict_keeper import VerdictKeeper
from boxd.workflows.upstream.service import Upstream


@dataclass(frozen=True)
class BoxServices:
    """The parts of a running box that requests reach.

    Any of them may raise a `BoxdError`: `Refused` if a rule forbids it, `NotFound` if the named
    thing does not exist, `TemporalUnavailable` and `LedgerUnusable` if nothing can be decided now.
    `upstream` is None on a box without upstream.
    """

    config: Config
    ledger: Ledger
    keys: CodeKeys
    bays: Mapping[str, Bay]
    strips: tuple[WledStrip, ...]
    opener: Opener
    redemptions: RedemptionService
    tasks: TaskService
    verdicts: VerdictKeeper
    recoveries: RecoveryService
    look_backs: LookBackService
    pictures: PictureStore
    photos: PhotoService
    schedules: ScheduleKeeper
    backups: BackupMaker
    clock: ClockKeeper
    erasing: Erasing
    batches: CodeBatches
    tokens: TokenCheck
    keyed_answers: KeyedAnswers
    links: LinkService
    staff: StaffService
    phones: PhonesNetwork
    label: BoxLabel
    audit_key: AuditKey | None
    upstream: Upstream | None


@dataclass(frozen=True)
class ServedBox:
    """A box for its listeners.

    The snapshots and the tests of devices always work. While the box refuses to dispense,
    `services` is the reason instead.
    """

    snapshots: SnapshotSource
    device_tests: DeviceTests
    services: BoxServices | BoxdError

    def require_services(self) -> BoxServices:
        """The services. Raises the error for which the box refuses."""
        if isinstance(self.services, BoxdError):
            raise self.services
        return self.services
