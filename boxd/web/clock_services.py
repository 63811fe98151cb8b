"""What the API asks of the box's time."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class ClockServices(Protocol):
    """The box's time, which goes on whatever becomes of the wall clock."""

    def shown(self) -> Json:
        """The box's time beside the wall clock."""

    async def trust(self, by: str) -> None:
        """Believe the wall clock as it is now, because a person says that it is right."""
