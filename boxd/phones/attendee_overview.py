"""What a phone may know about one attendee, read from the ledger in one go."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from boxd.errors import KeysMissing, NotFound
from boxd.ledger import (
    attendee_codes,
    attendees,
    closing,
    prize_pictures,
    task_kinds,
    task_standings,
    variants,
)
from boxd.ledger.attendee_codes import OwnCode
from boxd.ledger.attendees import Attendee
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.prize_pictures import PicturedPrize
from boxd.ledger.variants import Variant
from boxd.phones.links import PhoneLink
from boxd.task import TaskKind, TaskStanding, TaskState, has_expired, task_id
from boxd.words import N_

# One error for every bad link: it does not help to guess one.
NO_LINK = N_(
    "This link does not work here. It may have been replaced by a newer one, or be incomplete."
    " Ask at the booth for a new one."
)


@dataclass(frozen=True)
class AttendeeOverview:
    """An attendee, their tasks (also those not begun: step 0), their codes, newest first.

    `places` are the names of the checkpoints by id, `variants` what can be chosen for a ready code
    by its number, `pictures` the digests of the codes' prizes by sku, `to_win` what can be won.
    """

    attendee: Attendee
    tasks: tuple[TaskStanding, ...]
    codes: tuple[OwnCode, ...]
    places: dict[str, str]
    variants: dict[int, list[Variant]]
    pictures: dict[str, str]
    to_win: list[PicturedPrize]


def holder(connection: sqlite3.Connection, link: PhoneLink | None) -> Attendee:
    """The attendee with this link. Raises NotFound, with the same words for every fault."""
    if link is None:
        raise NotFound(NO_LINK)
    try:
        attendee = attendees.find(connection, link.attendee)
    except NotFound:
        raise NotFound(NO_LINK) from None
    if attendee.forgotten_at is not None or attendee.link_generation != link.generation:
        raise NotFound(NO_LINK)
    return attendee


def look(connection: sqlite3.Connection, link: PhoneLink | None, now: datetime) -> AttendeeOverview:
    """The overview of the attendee with this link. Raises NotFound."""
    attendee = holder(connection, link)
    begun = task_standings.of_attendee(connection, attendee.number)
    places = {each.id: each.name for each in task_kinds.checkpoints(connection)}
    codes = attendee_codes.of_attendee(connection, attendee.number)
    offered = [] if closing.is_closed(connection) else task_kinds.offered(connection)
    new = _not_begun(offered, begun, attendee.number, now)
    tasks = sorted((*begun, *new), key=lambda task: task.state.has_ended)
    return AttendeeOverview(
        attendee=attendee,
        tasks=tuple(tasks),
        codes=tuple(codes),
        places=places,
        variants={
            code.number: found
            for code in codes
            if code.state == "ready" and (found := variants.beside(connection, code.sku))
        },
        pictures=prize_pictures.of_prizes(connection, {code.sku for code in codes}),
        to_win=prize_pictures.to_win(connection),
    )


def _not_begun(
    offered: Sequence[TaskKind], begun: Sequence[TaskStanding], attendee: int, now: datetime
) -> list[TaskStanding]:
    """The tasks that this attendee could begin."""
    known = {task.kind.id for task in begun}
    new = [
        TaskStanding(
            task=task_id(kind.id, attendee),
            kind=kind,
            attendee=attendee,
            state=TaskState.OPEN,
            step=0,
            since="",
            expires_at=kind.expires_at,
        )
        for kind in offered
        if kind.id not in known
    ]
    return [task for task in new if not has_expired(task, now)]


def digits(code: OwnCode, keys: CodeKeys) -> str:
    """The digits of a code that can be typed; empty if this box lacks the key to read it."""
    try:
        return keys.unseal(code.sealed)
    except KeysMissing:
        return ""
