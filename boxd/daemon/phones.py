"""The phones' side of a running box: its links, and the pages for the booth's network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from starlette.requests import Request
from starlette.routing import Route

from boxd.config import Config
from boxd.console.routes import ConsolePages
from boxd.console.wall import WallPage
from boxd.errors import ConfigError, KeysMissing
from boxd.ledger import alarms
from boxd.ledger.choices import PHONES_ADDRESS
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction
from boxd.phones.answering import SiteInfo, respond_on_loopback, respond_to_error
from boxd.phones.attendant_routes import AttendantPages
from boxd.phones.attendee_routes import AttendeePages
from boxd.phones.attendee_service import AttendeeService
from boxd.phones.first_organiser_routes import FirstOrganiserPages, ShownInvitation
from boxd.phones.known_clients import KnownClients
from boxd.phones.link_service import LinkService
from boxd.phones.links import Signer, load_signer
from boxd.phones.network import PhonesNetwork
from boxd.phones.pin import Pin, read_pin
from boxd.phones.staff_routes import StaffPages
from boxd.phones.verdict_service import VerdictService
from boxd.phones.walk_up_routes import WalkUpPages
from boxd.staff.first_invitation import FirstInvitation
from boxd.staff.service import StaffRules, StaffService
from boxd.web import problems
from boxd.web.problems import ErrorResponder
from boxd.web.rate_limit_middleware import nobody_known
from boxd.words import N_
from boxd.workflows.tasks.photo_service import PhotoService
from boxd.workflows.tasks.service import TaskService

log = structlog.get_logger("boxd")

_ALARM = "phones_secret"


class PhoneSide:
    """Links for the commands and the API, pages for the second listener, the staff on both.

    An unusable key or PIN does not stop the rest: `tell` raises an alarm.
    """

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        tasks: TaskService,
        photos: PhotoService,
        keys: CodeKeys,
        box_name: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._faults: list[str] = []
        chosen = ledger.write_now(lambda tx: PHONES_ADDRESS.now(tx.connection)) or None
        self.network = PhonesNetwork(config.phones, ledger, chosen)
        signer = self._signer(config)
        why = self._faults[0] if self._faults else ""
        self.links = LinkService(ledger, signer, lambda: self.network.address, why)
        own_address = f"http://{config.web.host}:{config.web.port}"
        own = SiteInfo(box_name, lambda: own_address)
        self.staff = _staff(config, ledger, lambda: self.network.address_or(own_address))
        first = FirstInvitation(ledger, config.staff.session_days, config.staff.first_invitation)
        self.own_routes = [*StaffPages(self.staff, own).routes()]
        self.own_routes += ConsolePages(own, first).routes()
        self.own_routes += WallPage(own).routes()
        self.own_routes += FirstOrganiserPages(first, own).routes()
        self.own_routes += ShownInvitation(first, self.network).routes()
        self.own_errors: ErrorResponder = partial(respond_on_loopback, own)
        self._pin_digest = b""
        self.routes: list[Route] = []
        self.client_named: Callable[[Request], str | None] = nobody_known
        self.errors: ErrorResponder = problems.respond_with_problem
        self.read_at: Callable[[], int] = lambda: 0  # the epoch of the attendees' pages
        if signer is None:
            return
        service = AttendeeService(ledger, tasks, photos, keys, signer)
        self.client_named = KnownClients(signer, self.staff).name_of
        pin = self._pin(config, signer)
        self._pin_digest = pin.digest if pin else b""
        attendants = VerdictService(ledger, tasks, service, signer, pin, self.staff)
        has_reader = any(bay.reader for bay in config.bays)
        bays = {bay.id: bay.name or bay.id for bay in config.bays}
        place = SiteInfo(box_name, self.address, has_reader=has_reader, bays=bays)
        self.errors = partial(respond_to_error, place)
        self.routes += AttendeePages(service, place, self._epoch).routes()
        self.routes += AttendantPages(attendants, place).routes()
        self.routes += StaffPages(self.staff, place).routes()
        self.routes += ConsolePages(place).routes()
        self.routes += WallPage(place).routes()
        self.routes += FirstOrganiserPages(first, place).routes()
        self.routes += WalkUpPages(ledger, signer, place).routes()

    def address(self) -> str:
        """Where phones reach the box; empty while nobody has said."""
        return self.network.address or ""

    def _epoch(self) -> int:
        return self.read_at()

    async def tell(self) -> None:
        """Raise an alarm for unusable files; clear the alarm of an earlier start.

        Sessions by a PIN that has changed since end.
        """
        for fault in self._faults:
            log.error("phones.failed", why=fault)
        text = "; ".join(self._faults)

        def tell(tx: Transaction) -> None:
            alarms.clear(tx, _ALARM, "phones")
            if text:
                why = N_("{why}. Then restart boxd.").format(why=text)
                alarms.raise_alarm(tx, _ALARM, "phones", why)

        await self._ledger.write(tell)
        await self.staff.end_of_other_pins(self._pin_digest)

    def _signer(self, config: Config) -> Signer | None:
        try:
            return load_signer(config.link_key_file, config.box.id)
        except KeysMissing as error:
            self._faults.append(str(error))
            return None

    def _pin(self, config: Config, signer: Signer) -> Pin | None:
        file = config.phones.attendant_pin_file
        try:
            return read_pin(file, signer.derived_key("pin")) if file else None
        except ConfigError as error:
            self._faults.append(str(error))
            return None


def _staff(config: Config, ledger: Ledger, address: Callable[[], str]) -> StaffService:
    """The staff; who is invited reaches the box as phones do, or else on its own screen."""
    return StaffService(ledger, StaffRules(config.staff.session_days, config.staff.until), address)
