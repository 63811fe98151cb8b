"""What the pages and the API ask of the box.

The protocols exist so that the web layer can be run without the daemon behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from boxd.bays.device_tests import DeviceTests
from boxd.devices import DoorState
from boxd.redemption import Answer, Reply
from boxd.web.clock_services import ClockServices
from boxd.web.housekeeping_services import HousekeepingServices
from boxd.web.link_services import LinkServices
from boxd.web.organiser_services import OrganiserServices
from boxd.web.task_services import TaskServices
from boxd.web.token_services import RequestMemory, TokenServices
from boxd.web.upstream_services import UpstreamServices

Json = dict[str, Any]


@dataclass(frozen=True)
class PrizeRow:
    """One prize of an import: `units` are received in addition to what is there."""

    sku: str
    name: str
    units: int
    weight: int = 1


@dataclass(frozen=True)
class CodesWanted:
    """Which codes to list: up to `limit`, older than the code `before`, in a state, of one."""

    limit: int
    state: str | None = None
    attendee: str | None = None
    before: int | None = None


class BoxServices(Protocol):
    """The daemon, as the web layer sees it.

    Every method may raise a `BoxdError`: `Refused` where a rule stands against it, `NotFound`
    where the named thing does not exist, `TemporalUnavailable` and `LedgerDamaged` where
    nothing can be decided.
    """

    @property
    def device_tests(self) -> DeviceTests:
        """Watching and testing the devices."""

    @property
    def tasks(self) -> TaskServices:
        """Tasks and the issue of codes."""

    @property
    def housekeeping(self) -> HousekeepingServices:
        """Schedules and backups."""

    @property
    def clock(self) -> ClockServices:
        """The box's time."""

    @property
    def organiser(self) -> OrganiserServices:
        """Attendees, batches of codes, the report."""

    @property
    def upstream(self) -> UpstreamServices:
        """What waits for upstream."""

    @property
    def tokens(self) -> TokenServices:
        """The tokens of the API."""

    @property
    def links(self) -> LinkServices:
        """The links that phones open."""

    @property
    def requests(self) -> RequestMemory:
        """The memory for keyed requests."""

    def snapshot(self) -> Json:
        """The latest snapshot, whole; cheap, and never changed after it was handed out."""

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        """Return once the snapshot's version differs from `version`, or after `timeout_s`."""

    def ready(self) -> tuple[bool, str]:
        """Whether the box takes codes, and the reason when it does not."""

    async def answer(self, answer: Answer) -> Reply:
        """Take a person's answer to a redemption; the same `answer.id` counts once."""

    async def redemptions(
        self, open_only: bool, limit: int, before: str | None = None
    ) -> list[Json]:
        """Redemptions, newest first; `before` leaves out that one and all newer."""

    async def redemption(self, redemption_id: str) -> Json:
        """One redemption with its answers, actuations and audit entries."""

    async def prizes(self) -> list[Json]:
        """Every prize with its stock."""

    async def import_prizes(self, rows: Sequence[PrizeRow], actor: str) -> list[Json]:
        """Add prizes and receive their units: all rows or none; every prize afterwards."""

    async def adjust_prize(self, sku: str, units: int, reason: str, actor: str) -> Json:
        """Receive (positive) or write off (negative) units of a prize; the prize afterwards."""

    async def issue_codes(
        self, attendee: str, sku: str | None, count: int, valid_days: int | None, actor: str
    ) -> list[Json]:
        """Make codes for an attendee, each holding one unit; their digits are in the answer."""

    async def codes(self, wanted: CodesWanted) -> list[Json]:
        """Codes without their digits, newest first."""

    async def code(self, code_id: int, reveal: bool, actor: str) -> Json:
        """One code; its digits only with `reveal`, which the audit trail records."""

    async def void_code(self, code_id: int, reason: str, actor: str) -> Json:
        """End a code that was not used and release its unit; the code afterwards."""

    async def open_locker(self, locker: int, reason: str, actor: str) -> Json:
        """Open a locker by a recorded override: `outcome` and `note`."""

    async def set_locker_service(
        self, locker: int, in_service: bool, reason: str, actor: str
    ) -> Json:
        """Take a locker out of service or back in; the locker afterwards."""

    async def audit(self, after: int, limit: int) -> list[Json]:
        """Entries of the audit trail with a `seq` above `after`, oldest first."""

    async def alarms(self) -> list[Json]:
        """The alarms that stand."""

    async def clear_alarm(self, alarm: int, actor: str) -> Json:
        """Clear an alarm; the alarm afterwards."""


class SimulatedHardware(Protocol):
    """The simulated front: what a person would touch, and what they would see."""

    def state(self) -> Json:
        """Lamps, buzzers, doors and pulses, as somebody in front of the box sees them."""

    async def press(self, bay: str, keys: Sequence[str]) -> None:
        """Touch and release keys of a bay's keypad, one after the other."""

    async def press_operator(self, keys: Sequence[str]) -> None:
        """Touch and release the operator's keys, one after the other."""

    def set_door(self, locker: int, state: DoorState) -> None:
        """Shut a locker's door, or pull it open."""

    def fault(self, device: str, fault: str, key: str = "") -> None:
        """Make a part fail, or mend it."""

    def on_change(self, callback: Callable[[], None]) -> object:
        """Call `callback` on the event loop whenever `state()` has changed."""
