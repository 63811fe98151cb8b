"""The attendants' service: the PIN, and verdicts on the tasks of attendees who show a QR code."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from boxd import names
from boxd.errors import BadInput, NotFound, Refused
from boxd.gateway.turns import NoTurn, Turns
from boxd.ledger import pins, verdicts
from boxd.ledger.ledger import Ledger
from boxd.ledger.lockouts import boot_clock
from boxd.ledger.pins import PinTried
from boxd.ledger.staff_sessions import NewSession, PinEntry, StaffSession
from boxd.ledger.verdicts import GivenVerdict
from boxd.machine_clock import utc_now
from boxd.phones.attendee_overview import AttendeeOverview, look
from boxd.phones.attendee_service import AttendeeService
from boxd.phones.known_phones import KnownPhones
from boxd.phones.links import LinkKind, Signer
from boxd.phones.pin import Pin
from boxd.roles import Role
from boxd.staff.service import StaffService
from boxd.task import TaskReply, Verdict, Withdrawal
from boxd.words import N_
from boxd.workflows.tasks.service import TaskService

LAST_VERDICTS = 10
# All phones together that have never had the PIN right: who guesses from ever new addresses takes
# six days for a million PINs, and no address waits for another's turns. Twenty come at once when a
# booth opens.
_UNKNOWN_PER_S = 2.0
_UNKNOWN_AT_ONCE = 20.0
_BUSY = N_(
    "Very many phones are entering PINs. Wait a few seconds, then try again; a phone that an"
    " organiser has invited needs no PIN."
)
NO_PIN = N_(
    "Attendants are invited one by one: ask an organiser for an invitation, and open it on this"
    " phone. (`boxd staff invite` on the box makes one.)"
)
_JUDGES = frozenset({Role.ATTENDANT, Role.ORGANISER})


@dataclass(frozen=True)
class Judging:
    """An attendee before an attendant: the overview, and the submissions by task id."""

    picture: AttendeeOverview
    handed_in: dict[str, str]


@dataclass(frozen=True)
class PinOrigin:
    """Where a PIN comes from: the address, the known phone's cookie or "", and what it is."""

    address: str
    cookie: str
    device: str


@dataclass(frozen=True)
class PinEntered:
    """A new session, and the cookie by which the phone is known from now on."""

    made: NewSession
    known_phone: str


@dataclass(frozen=True)
class Judgement:
    """An attendant's verdict on a task of this kind; for `step` see `boxd.task.Verdict`."""

    kind: str
    step: int
    approved: bool
    reason: str


class VerdictService:
    """The requests of attendants' phones."""

    def __init__(
        self,
        ledger: Ledger,
        tasks: TaskService,
        phones: AttendeeService,
        signer: Signer,
        pin: Pin | None,
        staff: StaffService,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._phones = phones
        self._signer = signer
        self._pin = pin
        self._staff = staff
        self._now = now
        self._unknown = Turns(at_once=1, per_s=_UNKNOWN_PER_S, saved=_UNKNOWN_AT_ONCE)
        self._address_key = signer.derived_key("addresses")
        pin_digest = b"" if pin is None else pin.digest
        self._known_phones = KnownPhones(
            hmac.digest(signer.derived_key("known phones"), pin_digest, hashlib.sha256)
        )

    @property
    def has_pin(self) -> bool:
        """Whether anybody can enter without an invitation."""
        return self._pin is not None

    async def enter(self, name: str, given: str, origin: PinOrigin) -> PinEntered:
        """A new session for the phone, after the right PIN.

        Raises Refused for a wrong PIN, during a lock, and where too many try; BadInput for no name.
        """
        if self._pin is None:
            raise Refused(NO_PIN)
        called = names.cleaned(name)
        if why := names.why_refused(called):
            raise BadInput(N_("Your name {why}.").format(why=why))
        known = self._known_phones.name_of(origin.cookie)
        tried = await self._try(self._pin, given, known, origin.address)
        if not tried.is_right:
            if not tried.locked_s:
                raise Refused(N_("Wrong PIN."))
            wait = N_("Wrong PIN. After too many attempts, try again in {duration}.")
            raise Refused(wait.format(duration=_in_words(tried.locked_s)))
        entry = PinEntry(called, self._pin.digest)
        made = await self._staff.enter_by_pin(entry, origin.device)
        return PinEntered(made, origin.cookie if known else self._known_phones.cookie())

    async def _try(self, pin: Pin, given: str, known: str | None, address: str) -> PinTried:
        """Check a PIN, at once for a phone that is known, else in turn. Raises Refused."""
        guesser = (known or address).encode("utf-8")
        place = hmac.digest(self._address_key, guesser, hashlib.sha256)[:12].hex()
        if left_s := await self._ledger.read(lambda c: pins.locked_s(c, place, boot_clock())):
            return PinTried(False, left_s)
        if known:
            return await self._counted(pin, given, place)
        try:
            async with self._unknown.turn(address):
                return await self._counted(pin, given, place)
        except NoTurn:
            raise Refused(_BUSY) from None

    async def _counted(self, pin: Pin, given: str, place: str) -> PinTried:
        """Compare and count in one transaction: a hundred guesses at once count a hundred times."""
        return await self._ledger.write(
            lambda tx: pins.record(tx, place, pin.is_right(given), boot_clock())
        )

    async def session(self, cookie: str) -> StaffSession | None:
        """The session of a phone's cookie.

        Raises Refused if its person may not judge tasks.
        """
        session = await self._staff.session(cookie)
        if session is not None and session.role not in _JUDGES:
            text = N_(
                "You are signed in as {role}, and only attendants and organisers judge tasks. Ask"
                " an organiser to invite you as attendant"
            )
            raise Refused(text.format(role=session.role))
        return session

    async def leave(self, cookie: str) -> None:
        """End the session of a phone's cookie, for every copy of it."""
        session = await self._staff.session(cookie)
        if session is not None:
            await self._staff.leave(session)

    async def judging(self, link: str, session: StaffSession) -> Judging:
        """What this person judges of the attendee with this link. Raises NotFound."""
        seen = await self._picture(link)
        own = tuple(each for each in seen.tasks if session.scope.has_kind(each.kind.id, ()))
        picture = replace(seen, tasks=own)
        tasks = [task.task for task in picture.tasks if task.kind.verdict and task.step]
        return Judging(picture, await self._ledger.read(lambda c: verdicts.handed_in(c, tasks)))

    async def _picture(self, link: str) -> AttendeeOverview:
        read = self._signer.read(LinkKind.SHOWN, link)
        return await self._ledger.read(lambda c: look(c, read, self._now()))

    async def judge(self, link: str, word: Judgement, session: StaffSession) -> TaskReply:
        """Accept the attendant's verdict; pressed twice, it counts once.

        Raises NotFound, Refused.
        """
        _require_kind(session, word.kind)
        picture = await self._picture(link)
        actor = session.actor
        task = await self._phones.begun(picture, word.kind, actor)
        said = f"{word.approved}/{word.reason}".encode("utf-8", "replace")
        mark = f"{word.step}/{session.id}/{hashlib.sha256(said).hexdigest()[:16]}"
        verdict = Verdict(
            f"phone/{task.task}/{mark}",
            task.task,
            word.approved,
            actor,
            word.reason,
            step=word.step,
        )
        return await self._tasks.take(verdict)

    async def give_up(self, link: str, kind: str, reason: str, session: StaffSession) -> TaskReply:
        """End the attendee's task of this kind; pressed twice, it counts once.

        Raises NotFound, Refused.
        """
        _require_kind(session, kind)
        picture = await self._picture(link)
        task = next((each for each in picture.tasks if each.kind.id == kind and each.step), None)
        if task is None:
            raise NotFound(N_("This task was not begun: there is nothing to give up"))
        request = f"phone/{task.task}/give-up/{session.id}"
        return await self._tasks.take(Withdrawal(request, task.task, session.actor, reason))

    async def last_verdicts(self) -> list[GivenVerdict]:
        """The latest verdicts of all attendants."""
        return await self._ledger.read(lambda c: verdicts.last(c, LAST_VERDICTS))


def _require_kind(session: StaffSession, kind: str) -> None:
    """Raise Refused if the session's person judges other tasks."""
    if not session.scope.has_kind(kind, ()):
        text = N_("You judge {tasks} here, and nothing else: ask an organiser")
        raise Refused(text.format(tasks=", ".join(session.scope.kinds)))


def _in_words(seconds: float) -> str:
    whole = math.ceil(seconds)
    return f"{whole} seconds" if whole < 120 else f"{math.ceil(whole / 60)} minutes"
