"""What the API asks of upstream delivery."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class UpstreamServices(Protocol):
    """The outbox; a box without upstream has an empty one."""

    async def standing(self) -> Json | None:
        """How delivery stands, as in the snapshot; None where there is no upstream."""

    async def waiting(self, after: int, limit: int) -> list[Json]:
        """Events that wait, in order, with a `seq` above `after`."""

    async def dead(self, after: int, limit: int) -> list[Json]:
        """Events that upstream refused for good, the same way."""

    async def resend(self, events: list[str], actor: str) -> int:
        """Send dead letters again, all where none is named, and try at once; returns how many."""
