"""What a handler of the API is given: the box, who asks, and under which key."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.api.caller import Caller
from boxd.web.box import BoxServices
from boxd.web.stream import SnapshotFeed, Streams


@dataclass(frozen=True)
class RequestContext:
    """One request. `key` is the caller's idempotency key, or one of its own."""

    box: BoxServices
    streams: Streams
    snapshots: SnapshotFeed
    caller: Caller
    key: str

    def actor(self, named: str | None) -> str:
        """Who acts, for the audit trail. Raises BadInput where a name is missing."""
        return self.caller.actor(named)
