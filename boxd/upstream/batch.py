"""A batch of events in the form of the request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from boxd.ledger import audit_heads
from boxd.ledger.audit_key import AuditKey
from boxd.ledger.outbox import Event

MOST_BYTES = 512 * 1024


@dataclass(frozen=True)
class EventBatch:
    """The same events make the same `id` and the same `body`, however often they are sent."""

    id: str
    body: bytes
    events: tuple[Event, ...]

    @property
    def ids(self) -> list[str]:
        """The events' ids, in order."""
        return [event.id for event in self.events]


def batch_of(events: Sequence[Event], box: str, key: AuditKey | None = None) -> EventBatch:
    """A batch of as many of the first `events` as its size allows, at least one."""
    chosen: list[Event] = []
    parts: list[str] = []
    size = 0
    for event in events:
        part = json.dumps(_as_json(event, box, key), ensure_ascii=False, separators=(",", ":"))
        size += len(part.encode())
        if chosen and size > MOST_BYTES:
            break
        chosen.append(event)
        parts.append(part)
    digest = hashlib.sha256("\n".join(event.id for event in chosen).encode()).hexdigest()
    body = f'{{"type":"boxd.events","box":"{box}","events":[{",".join(parts)}]}}'
    return EventBatch(f"msg_{digest[:32]}", body.encode(), tuple(chosen))


def _as_json(event: Event, box: str, key: AuditKey | None) -> dict[str, object]:
    anchor = {"audit_head": _signed(event.head, key)} if event.head else {}
    return anchor | {
        "id": event.id,
        "sequence": event.seq,
        "type": event.type,
        "timestamp": event.at,
        "box": box,
        "data": event.data,
    }


def _signed(head: str, key: AuditKey | None) -> str:
    return head if key is None else str(key.signed(audit_heads.parse(head)))
