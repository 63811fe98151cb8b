"""What the API and the commands ask of the links that phones open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from boxd.phones.link_service import AttendeeLink, CheckpointLink


class LinkServices(Protocol):
    """Links, as the web layer sees them. Raises Refused where phones have no address."""

    async def of_attendees(
        self, references: Sequence[str], renew: bool, actor: str
    ) -> list[AttendeeLink]:
        """A link for each attendee, known or not: all or none; `renew` ends earlier ones."""

    async def of_checkpoints(
        self, wanted: Sequence[str], renew: bool, actor: str
    ) -> list[CheckpointLink]:
        """A link for each of the checkpoints, or for all; `renew` ends earlier ones."""
