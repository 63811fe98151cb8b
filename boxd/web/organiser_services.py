"""What the commands ask of the box on behalf of an organiser: attendees, batches, the report.

A protocol, so that the web layer can be run without the daemon behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from boxd.ledger.attendee_list import AttendeeRow
from boxd.ledger.batch_faults import Fault, Share
from boxd.ledger.code_batches import Wanted
from boxd.ledger.dispensed import DispensedUnits
from boxd.task import TaskStanding

Json = dict[str, Any]


class OrganiserServices(Protocol):
    """An organiser's side of the box. Every method may raise `LedgerUnusable`."""

    async def attendees(self, after: int, limit: int) -> list[AttendeeRow]:
        """Up to `limit` attendees with numbers above `after`, by number."""

    async def attendees_numbered(self, numbers: Sequence[int]) -> list[AttendeeRow]:
        """The attendees of these numbers, as far as there are any."""

    async def attendee(self, name: str) -> tuple[AttendeeRow, list[TaskStanding], list[Json]]:
        """The attendee of this reference or pseudonym, their tasks and codes. Raises NotFound."""

    async def forget(self, names: Sequence[str], actor: str) -> list[str]:
        """Forget these attendees, all or none; their pseudonyms. Raises NotFound."""

    async def forget_everybody(self, actor: str) -> int:
        """Forget every attendee; how many were remembered."""

    async def begin_batch(self) -> str:
        """Begin a batch of codes; its id."""

    async def stage(self, batch: str, rows: Sequence[Wanted]) -> None:
        """Put rows to a batch. Raises NotFound, Refused, BadInput for digits that are no code."""

    async def look_through(self, batch: str) -> tuple[list[Share], list[Fault]]:
        """How the batch falls on the prizes, and what stands against it. Raises NotFound."""

    async def make_batch(self, batch: str, actor: str) -> list[Fault]:
        """Make the batch's codes, or tell why none were made. Raises NotFound."""

    async def made(self, batch: str, after: int, limit: int) -> list[Json]:
        """Codes of a batch with their digits, by line. Raises NotFound."""

    async def drop_batch(self, batch: str) -> None:
        """Forget what was staged; codes that were made stay. Raises NotFound."""

    async def given_out(self, since: str | None, until: str | None) -> list[DispensedUnits]:
        """What was given out between two times, in ISO 8601."""
