"""What a handler of the API is given: the box, who asks, and under which key."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.api.caller import Caller
from boxd.api.services import BoxServices, ServedBox
from boxd.web.stream import SnapshotFeed, Streams


@dataclass(frozen=True)
class RequestContext:
    """One request to whatever works even while the box refuses to dispense.

    `key` is the caller's idempotency key, or one of its own.
    """

    served: ServedBox
    streams: Streams
    feed: SnapshotFeed
    caller: Caller
    key: str

    def actor(self, named: str | None) -> str:
        """Who acts, for the audit trail. Raises BadInput where a name is missing."""
        return self.caller.actor(named)


@dataclass(frozen=True)
class BoxContext(RequestContext):
    """One request to a box that serves."""

    box: BoxServices
