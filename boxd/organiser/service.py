"""An organiser's side of the running box: attendees, batches of codes, the report."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from boxd.config import Config
from boxd.errors import BadInput, TemporalUnavailable
from boxd.ledger import (
    attendee_codes,
    attendee_list,
    code_batches,
    dispensed,
    erasure,
    task_standings,
)
from boxd.ledger.attendee_codes import OwnCode
from boxd.ledger.attendee_list import AttendeeRow
from boxd.ledger.attendees import Attendee
from boxd.ledger.batch_faults import Fault, Share
from boxd.ledger.check_digit import is_well_formed
from boxd.ledger.code_batches import Made, Wanted
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.dispensed import DispensedUnits
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.machine_clock import utc_now
from boxd.task import TaskStanding
from boxd.workflows.tasks.service import TaskService

Json = dict[str, Any]
log = structlog.get_logger(__name__)

# Short transactions: an attendee who presses Enter meanwhile waits for one of them at most.
_FORGOTTEN_AT_ONCE = 100


class Organiser:
    """Implements `boxd.web.organiser_services.OrganiserServices` over the ledger."""

    def __init__(
        self, config: Config, ledger: Ledger, keys: CodeKeys, service: TaskService
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._keys = keys
        self._service = service

    async def attendees(self, after: int, limit: int) -> list[AttendeeRow]:
        """Up to `limit` attendees with numbers above `after`, by number."""
        return await self._ledger.read(lambda c: attendee_list.page(c, after, limit))

    async def attendees_numbered(self, numbers: Sequence[int]) -> list[AttendeeRow]:
        """The attendees of these numbers, as far as there are any."""
        return await self._ledger.read(lambda c: attendee_list.of_numbers(c, numbers))

    async def attendee(self, name: str) -> tuple[AttendeeRow, list[TaskStanding], list[Json]]:
        """The attendee of this reference or pseudonym, their tasks and codes. Raises NotFound."""
        number = (await self._ledger.read(partial(attendee_list.called, name=name))).number
        row = (await self.attendees_numbered([number]))[0]
        tasks = await self._ledger.read(partial(task_standings.of_attendee, attendee=number))
        found = await self._ledger.read(partial(attendee_codes.of_attendee, attendee=number))
        return row, tasks, [_without_digits(code) for code in found]

    async def forget(self, names: Sequence[str], actor: str) -> list[str]:
        """Forget these attendees in all their spellings, all or none. Raises NotFound.

        Returns the pseudonyms.
        """

        def forget_all(tx: Transaction) -> list[Attendee]:
            found = [attendee_list.everyone_called(tx.connection, name) for name in names]
            numbers = dict.fromkeys(each.number for some in found for each in some)
            return [erasure.forget(tx, number, actor) for number in numbers]

        forgotten = await self._ledger.write(forget_all)
        await self._erase([each.number for each in forgotten], actor)
        return [each.pseudonym for each in forgotten]

    async def forget_everybody(self, actor: str) -> int:
        """Forget every attendee; how many were remembered."""

        def forget_some(tx: Transaction) -> int:
            found = erasure.remembered(tx.connection, _FORGOTTEN_AT_ONCE)
            for number in found:
                erasure.forget(tx, number, actor)
            return len(found)

        count = 0
        while some := await self._ledger.write(forget_some):
            count += some
        await self._erase(await self._ledger.read(erasure.forgotten), actor)
        return count

    async def _erase(self, attendees: Sequence[int], actor: str) -> None:
        """Take what is left of them out of the ledger's bytes, and out of Temporal's histories.

        Raises TemporalUnavailable; forgotten once more, they are erased there too.
        """
        await self._ledger.erase_remains()
        log.info("attendees.forgotten", attendees=len(attendees), actor=actor)
        try:
            for number in attendees:
                for task in await self._ledger.read(partial(erasure.idle_tasks, number=number)):
                    await self._service.erase(task)
        except TemporalUnavailable as error:
            raise TemporalUnavailable(
                "they are forgotten in the ledger; what they wrote still stands in Temporal's"
                f" histories: {error}. Repeat the command then"
            ) from error

    async def begin_batch(self) -> str:
        """Begin a batch of codes; its id."""
        batch = secrets.token_hex(6)
        await self._ledger.write(lambda tx: code_batches.begin(tx, batch))
        return batch

    async def stage(self, batch: str, rows: Sequence[Wanted]) -> None:
        """Put rows to a batch. Raises NotFound, Refused, BadInput for digits that are no code."""
        length = self._config.codes.length
        for row in rows:
            if row.digits is not None and not is_well_formed(row.digits, length):
                raise BadInput(
                    f"line {row.line}: '{row.digits[:20]}' is no code: {length} digits,"
                    " the last of which checks the others"
                )
        valid = timedelta(days=self._config.codes.valid_days)
        usual = as_text(utc_now() + valid)
        timed = [
            replace(
                row,
                expires_at=_as_ledger_time(row.expires_at) or usual,
                is_counted=not row.expires_at,
            )
            for row in rows
        ]
        await self._ledger.write(
            lambda tx: code_batches.stage(tx, batch, timed, self._keys, length)
        )

    async def look_through(self, batch: str) -> tuple[list[Share], list[Fault]]:
        """How the batch falls on the prizes, and what stands against it. Raises NotFound."""
        most = self._config.codes.per_attendee
        shares = await self._ledger.write(lambda tx: code_batches.shares(tx, batch))
        return shares, await self._ledger.write(lambda tx: code_batches.faults(tx, batch, most))

    async def make_batch(self, batch: str, actor: str) -> list[Fault]:
        """Make the batch's codes, or tell why none were made. Raises NotFound."""
        box, most = self._config.box.id, self._config.codes.per_attendee
        return await self._ledger.write(lambda tx: code_batches.make(tx, batch, box, most, actor))

    async def made(self, batch: str, after: int, limit: int) -> list[Json]:
        """Codes of a batch with their digits, by line. Raises NotFound."""
        found = await self._ledger.write(lambda tx: code_batches.made(tx, batch, after, limit))
        return [self._shown(each) for each in found]

    def _shown(self, code: Made) -> Json:
        known = asdict(code)
        sealed = known.pop("sealed")
        return {**known, "id": known.pop("number"), "code": self._keys.unseal(sealed)}

    async def drop_batch(self, batch: str) -> None:
        """Forget what was staged; codes that were made stay. Raises NotFound."""
        await self._ledger.write(lambda tx: code_batches.drop(tx, batch))

    async def given_out(self, since: str | None, until: str | None) -> list[DispensedUnits]:
        """What was given out between two times, in ISO 8601."""
        between = _as_ledger_time(since), _as_ledger_time(until)
        return await self._ledger.read(lambda c: dispensed.by_quarter(c, *between))


def _without_digits(code: OwnCode) -> Json:
    known = asdict(code)
    del known["sealed"]
    return {"id": known.pop("number"), **known}


def _as_ledger_time(iso: str | None) -> str | None:
    """The moment as the ledger writes times; None where there is none."""
    return as_text(datetime.fromisoformat(iso)) if iso else None
