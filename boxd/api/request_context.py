"""The argument of a handler: the box, the caller, and the idempotency key."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.api.caller import Caller
from boxd.api.services import BoxServices, ServedBox
from boxd.web.stream import SnapshotFeed, Streams


@dataclass(frozen=True)
class RequestContext:
    """A request that also works while the box refuses to dispense.

    `key` is the caller's idempotency key, or a new one.
    """

    served: ServedBox
    streams: Streams
    feed: SnapshotFeed
    caller: Caller
    key: str

    def actor(self, named: str | None) -> str:
        """The actor for the audit trail. Raises BadInput if a name is missing."""
        return self.caller.actor(named)


@dataclass(frozen=True)
class BoxContext(RequestContext):
    """A request to a running box."""

    box: BoxServices
