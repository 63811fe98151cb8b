"""The service for attendees' phones: only by an attendee's or checkpoint's link, never by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from boxd.errors import NotFound, Refused
from boxd.ledger import attendee_codes, checkpoints, variants
from boxd.ledger.attendees import Attendee
from boxd.ledger.checkpoints import Sign
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import utc_now
from boxd.phones import words
from boxd.phones.attendee_overview import NO_LINK, AttendeeOverview, digits, look
from boxd.phones.links import LinkKind, Signer, shown_link
from boxd.task import Scan, Submission, TaskReply, TaskStanding, TaskState
from boxd.words import N_, sentence
from boxd.workflows.tasks.photo_service import PhotoService
from boxd.workflows.tasks.service import TaskService


@dataclass(frozen=True)
class AttendeePage:
    """An attendee's overview with the digits of the codes that can be typed, by number.

    `to_show` is the end of the link that the attendee shows to an attendant.
    """

    picture: AttendeeOverview
    digits: dict[int, str]
    to_show: str


@dataclass(frozen=True)
class Visit:
    """The result of scanning a checkpoint: the tasks that need it, and why some did not count.

    `reference` is the attendee for whom it counts; `is_new` says whether it was counted just now.
    """

    sign: Sign
    reference: str
    tasks: tuple[TaskStanding, ...]
    is_new: bool
    refusals: tuple[str, ...]


class AttendeeService:
    """The requests of attendees' phones.

    Every method raises NotFound for a bad link, with the same words for every fault; Refused,
    LedgerUnusable and TemporalUnavailable as the service of tasks does.
    """

    def __init__(
        self,
        ledger: Ledger,
        tasks: TaskService,
        photos: PhotoService,
        keys: CodeKeys,
        signer: Signer,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._photos = photos
        self._keys = keys
        self._signer = signer
        self._now = now
        self._noted: set[int] = set()

    async def show(self, link: str) -> AttendeePage:
        """Everything on the attendee's own page."""
        read = self._signer.read(LinkKind.ATTENDEE, link)
        picture = await self._ledger.read(lambda c: look(c, read, self._now()))
        who = picture.attendee
        usable = [code for code in picture.codes if code.state in {"ready", "in_use"}]
        await self._note([code.number for code in usable], who)
        to_show = self._signer.sign(shown_link(who.number, who.link_generation))
        return AttendeePage(
            picture, {each.number: digits(each, self._keys) for each in usable}, to_show
        )

    async def _note(self, codes: list[int], attendee: Attendee) -> None:
        """Record, once per run of boxd, that a code was shown."""
        fresh = [code for code in codes if code not in self._noted]
        if fresh:
            number = attendee.number
            await self._ledger.write(lambda tx: attendee_codes.note_shown(tx, fresh, number))
            self._noted.update(fresh)

    async def hand_in(self, link: str, kind: str, text: str) -> TaskReply:
        """Accept the attendee's submission for the task of this kind, started if necessary.

        The same text for the same try counts once.
        """
        read = self._signer.read(LinkKind.ATTENDEE, link)
        picture = await self._ledger.read(lambda c: look(c, read, self._now()))
        actor = phone_of(picture.attendee)
        task = await self.begun(picture, kind, actor)
        mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        request = f"phone/{task.task}/{task.tries_used}/{mark}"
        return await self._tasks.take(Submission(request, task.task, text, actor))

    async def hand_in_photo(self, link: str, kind: str, raw: bytes) -> TaskReply:
        """Accept the attendee's photo for the task of this kind, started if necessary.

        The same photo for the same try counts once. Raises BadInput for what is no photo.
        """
        read = self._signer.read(LinkKind.ATTENDEE, link)
        picture = await self._ledger.read(lambda c: look(c, read, self._now()))
        actor = phone_of(picture.attendee)
        task = await self.begun(picture, kind, actor)
        mark = hashlib.sha256(raw).hexdigest()[:16]
        request = f"phone/{task.task}/{task.tries_used}/{mark}"
        return await self._photos.hand_in(request, task.task, raw, actor)

    async def ask_for_verdict(self, link: str, kind: str) -> None:
        """Begin the task of this kind, for which attendants then see the attendee wait.

        Raises Refused if something else is missing first.
        """
        read = self._signer.read(LinkKind.ATTENDEE, link)
        picture = await self._ledger.read(lambda c: look(c, read, self._now()))
        if not any(task.kind.id == kind and words.awaits_verdict(task) for task in picture.tasks):
            raise Refused(N_("something else is missing first; look at your page again"))
        await self.begun(picture, kind, phone_of(picture.attendee))

    async def photo(self, link: str, kind: str) -> bytes:
        """The photo that the attendee handed in for the task of this kind. Raises NotFound."""
        read = self._signer.read(LinkKind.ATTENDEE, link)
        picture = await self._ledger.read(lambda c: look(c, read, self._now()))
        for task in picture.tasks:
            if task.kind.id == kind:
                return await self._photos.read(task.task)
        raise NotFound(NO_LINK)

    async def choose(self, link: str, code: int, sku: str) -> None:
        """Let the attendee's code be for another variant of its prize. Raises Refused."""
        read = self._signer.read(LinkKind.ATTENDEE, link)
        picture = await self._ledger.read(lambda c: look(c, read, self._now()))
        if code not in {each.number for each in picture.codes}:
            raise NotFound(NO_LINK)
        actor = phone_of(picture.attendee)
        await self._ledger.write(lambda tx: variants.choose(tx, code, sku, actor))

    async def begun(self, picture: AttendeeOverview, kind: str, actor: str) -> TaskStanding:
        """The attendee's task of this kind, started now if necessary. Raises Refused."""
        for task in picture.tasks:
            if task.kind.id == kind:
                if task.step:
                    return task
                return await self._tasks.start(kind, str(picture.attendee.reference), actor)
        raise Refused(N_("this task is not offered (any more); look at your page again"))

    async def visit(self, link: str, attendee_link: str) -> Visit:
        """Count the checkpoint for every task of the attendee that needs it.

        Raises NotFound with the checkpoint's name if the phone's own link is missing or bad.
        """
        sign = await self._sign(link)
        own = self._signer.read(LinkKind.ATTENDEE, attendee_link)
        try:
            picture = await self._ledger.read(lambda c: look(c, own, self._now()))
        except NotFound:
            raise UnknownPhone(sign.name) from None
        wanted = [task for task in picture.tasks if sign.checkpoint in task.kind.checkpoints]
        replies = [await self._scan(picture, task, sign.checkpoint) for task in wanted]
        return Visit(
            sign=sign,
            reference=str(picture.attendee.reference),
            tasks=tuple(reply.standing for reply in replies),
            is_new=any(reply.accepted and reply.is_new for reply in replies),
            refusals=tuple(sentence(reply.why) for reply in replies if not reply.accepted),
        )

    async def _sign(self, link: str) -> Sign:
        read = self._signer.read(LinkKind.CHECKPOINT, link)
        if read is None:
            raise NotFound(NO_LINK)
        try:
            sign = await self._ledger.read(lambda c: checkpoints.sign(c, read.checkpoint))
        except NotFound:
            raise NotFound(NO_LINK) from None
        if sign.link_generation != read.generation:
            raise NotFound(NO_LINK)
        return sign

    async def _scan(
        self, picture: AttendeeOverview, task: TaskStanding, checkpoint: str
    ) -> TaskReply:
        if task.state is not TaskState.OPEN or checkpoint in task.scanned:
            return TaskReply(True, "", task, is_new=False)
        actor = phone_of(picture.attendee)
        begun = await self.begun(picture, task.kind.id, actor)
        scan = Scan(f"phone/{begun.task}/{checkpoint}", begun.task, checkpoint, actor)
        return await self._tasks.take(scan)


class UnknownPhone(NotFound):
    """A phone that has not opened a personal link has scanned a checkpoint."""


def phone_of(attendee: Attendee) -> str:
    """The attendee's phone in the audit trail: by number, never by name."""
    return f"attendee {attendee.number} (phone)"
